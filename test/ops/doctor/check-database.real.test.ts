import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseConfig } from '../../../src/config.ts';
import type { Database } from '../../../src/database.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { openDb } from '../../../src/platform/db.ts';
import { checkDatabase, checkDatabaseClock } from '../../../src/ops/doctor/check-database.ts';
import { checkPooler } from '../../../src/ops/doctor/check-pooler.ts';
import type { Patient } from '../../../src/ops/doctor/patient.ts';
import { checkSchema } from '../../../src/start/check-schema.ts';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts';
import { startTransactionPooler } from '../../support/transaction-pooler.ts';

type Examined = Pick<Patient, 'config' | 'clock' | 'database'>;
let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(() => database.drop());

function patientOf(change: Partial<Examined> = {}): Examined {
  const config = { ...parseConfig({}), databaseUrl: database.url };
  return { config, clock: systemClock, database, ...change };
}

test('a database in order is well in every respect', async () => {
  expect(await checkDatabase(patientOf())).toMatchObject({
    level: 'ok',
    sentence: expect.stringMatching(/^Postgres \d/),
  });
  expect(await checkSchema(patientOf())).toMatchObject({ level: 'ok' });
  expect(await checkPooler(patientOf())).toMatchObject({ level: 'ok' });
  expect(await checkDatabaseClock(patientOf())).toMatchObject({ level: 'ok' });
});

test('a database that does not answer is a fault without its password', async () => {
  const db = openDb<Database>('postgres://verdicts:hidden-word@127.0.0.1:1/verdicts', { max: 1 });
  const found = await checkDatabase(patientOf({ database: { db, url: 'postgres://127.0.0.1:1/verdicts' } }));
  await db.destroy();
  expect(found).toMatchObject({ level: 'fault', sentence: expect.stringContaining('does not answer') });
  expect(found.sentence).not.toContain('hidden-word');
});

test('a database that only reads is a fault', async () => {
  const name = new URL(database.url).pathname.slice(1);
  await sql`alter database ${sql.id(name)} set default_transaction_read_only = on`.execute(database.db);
  const db = openDb<Database>(database.url, { max: 1 });
  const found = await checkDatabase(patientOf({ database: { db, url: database.url } }));
  await db.destroy();
  expect(found).toMatchObject({ level: 'fault', sentence: 'The database takes no writes.' });
});

test('a schema that is behind, and one that is ahead, are faults', async () => {
  await sql`delete from kysely_migration where name = '0002-restore-marks'`.execute(database.db);
  expect(await checkSchema(patientOf())).toMatchObject({
    level: 'fault',
    sentence: expect.stringContaining('0002-restore-marks'),
    mend: expect.stringContaining('migrate'),
  });
  await sql`insert into kysely_migration (name, timestamp) values ('9999-later', '')`.execute(database.db);
  expect(await checkSchema(patientOf())).toMatchObject({ level: 'fault', sentence: expect.stringContaining('newer') });
});

test('a pooler that shares one session between two connections is found', async () => {
  const pooler = await startTransactionPooler(database.url);
  const found = await checkPooler(patientOf({ database: { db: database.db, url: pooler.url } }));
  await pooler.close();
  expect(found).toMatchObject({ level: 'fault', sentence: expect.stringContaining('transaction mode') });
});

test.each([
  [1, 'ok'],
  [10, 'warning'],
  [90, 'fault'],
])('a database clock %i s off is %s', async (seconds, level) => {
  const now = () => new Date(Date.now() - seconds * 1000);
  const found = await checkDatabaseClock(patientOf({ clock: { now, sleep: async () => {} } }));
  expect(found).toMatchObject({ level, sentence: expect.stringContaining(`${seconds}.`) });
});
