import { Client } from 'pg';
import { codeOf } from './refused.ts';

/** Names the lock that says "this server is in use"; any constant serves, it must only never change. */
const inUseKey = 7_360_218;
const connectLimitMs = 10_000;

/** One connection that says this process uses the server; Postgres forgets it when the process dies. */
export interface Keeper {
  /** Resolves when the server goes away while we use it. */
  lost: Promise<void>;
  /** Gives up the use; true when nobody else uses the server. Throws when the connection is gone. */
  isLastOne(): Promise<boolean>;
  end(): Promise<void>;
}

/** Connects and declares the use. Throws what Postgres or the network says, see `isPassing`. */
export async function connectKeeper(url: string): Promise<Keeper> {
  const client = await connect(url);
  let isEnding = false;
  const lost = new Promise<void>((resolve) => client.once('end', () => void (isEnding || resolve())));
  await client.query('select pg_advisory_lock_shared($1)', [inUseKey]);
  return {
    lost,
    async isLastOne() {
      isEnding = true;
      await client.query('select pg_advisory_unlock_shared($1)', [inUseKey]);
      const { rows } = await client.query<{ got: boolean }>('select pg_try_advisory_lock($1) as got', [inUseKey]);
      return rows[0]?.got === true;
    },
    async end() {
      isEnding = true;
      await client.end().catch(() => {});
    },
  };
}

/** Makes the database unless it is there. */
export async function ensureDatabase(url: string, name: string): Promise<void> {
  const client = await connect(url);
  try {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(name)}`);
  } finally {
    await client.end().catch(() => {});
  }
}

/** Whether an error says that the server is just coming up, going down or being replaced. */
export function isPassing(error: unknown): boolean {
  // 57P01 admin_shutdown, 57P02 crash_shutdown, 57P03 cannot_connect_now (Postgres, appendix A).
  const codes = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', '57P01', '57P02', '57P03'];
  return codes.includes(codeOf(error)) || (error instanceof Error && /terminated/.test(error.message));
}

async function connect(url: string): Promise<Client> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: connectLimitMs,
    application_name: 'keeper',
  });
  // A lost connection also emits `end`, which is what counts.
  client.on('error', () => {});
  await client.connect();
  return client;
}
