import { sql } from 'kysely';
import type { Db } from '../database.ts';
import { isDatabaseAway } from '../platform/database-away.ts';

/** The right to drive the sending of one issue: a lock of the database, lost with its connection. */
export interface Turn {
  /** Takes or keeps it; false while another process has it. After a lost connection it is taken anew on another one. */
  take(this: void): Promise<boolean>;
  end(this: void): void;
}

interface Held {
  connection: Db;
  release(): void;
}

/** The turn at one issue, not taken yet; ended it gives its connection back, and is lost when that closes. */
export function openTurn(db: Db, issueId: string): Turn {
  let held: Held | undefined;
  const takeOn = async (current: Held) => {
    try {
      const isTaken = await lock(current.connection, `send ${issueId}`);
      held = current;
      return isTaken;
    } catch (error) {
      current.release();
      throw error;
    }
  };
  return {
    async take() {
      const kept = held;
      // One that fails, or never answers, is not asked again.
      held = undefined;
      try {
        if (kept !== undefined) return await takeOn(kept);
      } catch (error) {
        if (!isDatabaseAway(error)) throw error;
      }
      return takeOn(await holdConnection(db));
    },
    end: () => held?.release(),
  };
}

async function lock(connection: Db, key: string): Promise<boolean> {
  const { rows } = await sql<{ got: boolean }>`select pg_try_advisory_lock(hashtext(${key})) as got`.execute(
    connection,
  );
  return rows[0]?.got === true;
}

/** A connection for itself until it is released. */
async function holdConnection(db: Db): Promise<Held> {
  return new Promise((resolve, reject) => {
    const holding = db
      .connection()
      .execute((connection) => new Promise<void>((release) => resolve({ connection, release })));
    holding.catch(reject);
  });
}
