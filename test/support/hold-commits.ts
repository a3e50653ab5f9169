import { sql } from 'kysely';
import type { Db } from '../../src/database.ts';
import { until } from './scene.ts';

/** Transactions that wait at their commit, everything done and every lock of theirs still held. */
export interface HeldCommits {
  /** Until so many transactions are held. */
  untilHeld(count?: number): Promise<void>;
  /** Until somebody waits for a lock of a transaction that is held. */
  untilBlocking(): Promise<void>;
  /** Lets all of them commit, and none be held any more. */
  release(): Promise<void>;
}

/** Holds every transaction that writes this table just before it commits: a step between two others, made as long as it takes. */
export async function holdCommits(
  db: Db,
  table: 'calls' | 'consents' | 'suppressions' | 'providerEvents',
): Promise<HeldCommits> {
  const name = table.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  await installHold(db, name);
  let letGo: () => void = () => {};
  const gate = new Promise<void>((resolve) => (letGo = resolve));
  let tellHeld: () => void = () => {};
  const isClosed = new Promise<void>((resolve) => (tellHeld = resolve));
  const holding = db.connection().execute(async (connection) => {
    await sql`select pg_advisory_lock(hashtext('hold'), hashtext(${name}))`.execute(connection);
    tellHeld();
    await gate;
    await sql`select pg_advisory_unlock(hashtext('hold'), hashtext(${name}))`.execute(connection);
  });
  await isClosed;
  return {
    untilHeld: (count = 1) => until(`${count} writes of ${name} are held`, async () => (await countHeld(db)) >= count),
    untilBlocking: () => until(`somebody waits for a held write of ${name}`, async () => (await countBlocked(db)) > 0),
    async release() {
      letGo();
      await holding;
    },
  };
}

/** A deferred constraint is looked at last of all before the commit; nobody's own time-out ends the wait. */
async function installHold(db: Db, name: string): Promise<void> {
  await sql`
    create or replace function oracle.hold_commit() returns trigger language plpgsql set lock_timeout = 0 as $$
    begin
      perform pg_advisory_xact_lock_shared(hashtext('hold'), hashtext(tg_table_name));
      return null;
    end $$`.execute(db);
  await sql`drop trigger if exists oracle_hold on ${sql.id(name)}`.execute(db);
  await sql`
    create constraint trigger oracle_hold after insert or update on ${sql.id(name)} deferrable initially deferred
      for each row execute function oracle.hold_commit()`.execute(db);
}

const heldHere = sql`
  select pid from pg_locks where locktype = 'advisory' and not granted and mode = 'ShareLock'
    and database = (select oid from pg_database where datname = current_database())`;

async function countHeld(db: Db): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*)::integer as count from (${heldHere}) held`.execute(db);
  return rows[0]?.count ?? 0;
}

async function countBlocked(db: Db): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::integer as count from pg_stat_activity a, (${heldHere}) held
    where held.pid = any (pg_blocking_pids(a.pid))`.execute(db);
  return rows[0]?.count ?? 0;
}
