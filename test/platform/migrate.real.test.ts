import { type Kysely, sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { migrations } from '../../migrations/index.ts';
import { openDb } from '../../src/platform/db.ts';
import { listPendingMigrations, migrateToLatest } from '../../src/platform/migrate.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;
let empty: Kysely<unknown>;

beforeEach(async () => {
  database = await createTestDatabase();
  await sql`drop schema public cascade`.execute(database.db);
  await sql`create schema public`.execute(database.db);
  empty = openDb<unknown>(database.url, { max: 4 });
});

afterEach(async () => {
  await empty.destroy();
  await database.drop();
});

test('an empty database is brought up once, and a second run has nothing to do', async () => {
  expect(await listPendingMigrations(empty, migrations)).toEqual(Object.keys(migrations));
  expect(await migrateToLatest(empty, migrations)).toEqual({ applied: Object.keys(migrations) });
  expect(await listPendingMigrations(empty, migrations)).toEqual([]);
  expect(await migrateToLatest(empty, migrations)).toEqual({ applied: [] });
});

test('of four that migrate at once, one does the work and all succeed', async () => {
  const results = await Promise.all([1, 2, 3, 4].map(() => migrateToLatest(empty, migrations)));
  expect(results.flatMap((result) => ('applied' in result ? result.applied : ['refused']))).toEqual(
    Object.keys(migrations),
  );
});

test('a database of a newer program is refused and left alone', async () => {
  const newer = { ...migrations, '9999-from-the-future': { up: async () => {} } };
  await migrateToLatest(empty, newer);
  const refusal = await migrateToLatest(empty, migrations);
  expect(refusal).toMatchObject({
    refused: 'newer-database',
    sentence: expect.stringContaining('9999-from-the-future'),
  });
  expect(await listPendingMigrations(empty, migrations)).toMatchObject({ refused: 'newer-database' });
});

test('a migration that fails changes nothing and runs again later', async () => {
  const broken = {
    '0001-half': { up: makeHalf },
    '0002-broken': { up: makeNonsense },
  };
  await expect(migrateToLatest(empty, broken)).rejects.toThrow('0002-broken failed');
  const { rows } = await sql<{ found: string | null }>`select to_regclass('half') as found`.execute(empty);
  expect(rows).toEqual([{ found: null }]);
  expect(await migrateToLatest(empty, { '0001-half': { up: makeHalf } })).toEqual({ applied: ['0001-half'] });
});

async function makeHalf(db: Kysely<unknown>): Promise<void> {
  await sql`create table half (id integer)`.execute(db);
}

async function makeNonsense(db: Kysely<unknown>): Promise<void> {
  await sql`select nonsense`.execute(db);
}
