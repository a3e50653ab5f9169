import { sql } from 'kysely';
import type { Db } from '../../database.ts';
import { takesWrites } from '../../platform/db.ts';
import { type Finding, fault, ok, warning, wordsOf } from './finding.ts';
import type { Patient } from './patient.ts';

const check = 'database';
/** The queue's own tables want Postgres 13. Source: BullMQ docs, PostgreSQL backend. */
const oldestVersion = 13;

/** Whether the database answers, is new enough and takes writes. */
export async function checkDatabase({ config, database }: Pick<Patient, 'config' | 'database'>): Promise<Finding> {
  if (database === null) return sayMissing(config.databaseUrl === null);
  const { db } = database;
  const found = await readVersion(db).catch((error: unknown) => wordsOf(error));
  if (typeof found === 'string') {
    return fault(check, `The database does not answer (${found}).`, 'Check DATABASE_URL, and that the server runs.');
  }
  if (found.number < oldestVersion * 10_000) {
    return fault(check, `Postgres is version ${found.name}.`, `Version ${oldestVersion} or newer is needed.`);
  }
  if (!(await takesWrites(db))) {
    return fault(check, 'The database takes no writes.', 'DATABASE_URL must lead to the primary, not to a standby.');
  }
  const where = config.databaseUrl === null ? ', embedded under DATA_DIR' : '';
  return ok(check, `Postgres ${found.name} answers${where}.`);
}

function sayMissing(isEmbedded: boolean): Finding {
  if (!isEmbedded)
    return fault(check, 'The database does not answer.', 'Check DATABASE_URL, and that the server runs.');
  return warning(check, 'There is no embedded database yet under DATA_DIR.', '`demo` or `start` makes it.');
}

async function readVersion(db: Db): Promise<{ number: number; name: string }> {
  const { rows } = await sql<{ number: number; name: string }>`
    select current_setting('server_version_num')::integer as number, current_setting('server_version') as name`.execute(
    db,
  );
  return { number: rows[0]?.number ?? 0, name: rows[0]?.name ?? '' };
}

const clockCheck = 'database clock';
const clockWarningMs = 2_000;
const clockFaultMs = 60_000;

/** Leases and pace are reckoned with both clocks. */
export async function checkDatabaseClock({ clock, database }: Pick<Patient, 'clock' | 'database'>): Promise<Finding> {
  if (database === null) throw new Error('the database does not answer');
  const askedAt = clock.now().getTime();
  const { rows } = await sql<{ at: Date }>`select clock_timestamp() as at`.execute(database.db);
  const answeredAt = clock.now().getTime();
  const between = (askedAt + answeredAt) / 2;
  const offMs = Math.abs((rows[0]?.at.getTime() ?? 0) - between);
  // As much as the way there and back may hide.
  const surelyOffMs = Math.max(0, offMs - (answeredAt - askedAt) / 2);
  const words = `The clocks of this machine and of the database are ${(offMs / 1000).toFixed(1)} s apart.`;
  const mend = 'Let both machines follow a time server (NTP).';
  if (surelyOffMs > clockFaultMs) return fault(clockCheck, words, mend);
  return surelyOffMs > clockWarningMs ? warning(clockCheck, words, mend) : ok(clockCheck, words);
}
