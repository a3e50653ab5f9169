import { sql } from 'kysely';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { migrations } from '../../migrations/index.ts';
import { type Program, startProgram } from '../support/program.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
  await sql`drop schema public cascade`.execute(database.db);
  await sql`create schema public`.execute(database.db);
});
afterEach(() => database.drop());

async function run(args: string[], env: Record<string, string> = {}): Promise<Program> {
  const program = await startProgram('src/cli.ts', args, {
    DATABASE_URL: database.url,
    NODE_ENV: 'test',
    MAIL: 'sandbox',
    SECRET: 'a-secret-for-tests-a-secret-for-tests',
    ...env,
  });
  await program.ended;
  return program;
}

async function listTables(): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables where table_schema = 'public' order by 1`.execute(
    database.db,
  );
  return rows.map(({ name }) => name);
}

const count = Object.keys(migrations).length;

it.each([...new Set([1, count])])(
  '14. killed in the middle of a migration (after step %i): nothing of it is there, work refuses, and migrating again completes',
  async (step) => {
    const killed = await run(['migrate'], { FAILPOINT: `after-migration:kill@${step}` });
    expect(await killed.ended).toBe('SIGKILL');
    // Kysely's own two tables, empty, are all that may be there.
    expect((await listTables()).filter((name) => !name.startsWith('kysely_migration'))).toEqual([]);
    const refused = await run(['work']);
    expect(await refused.ended).toBe(1);
    expect(refused.output()).toMatch(/The database schema is older than this program; run `\S.* migrate` first\./);
    const again = await run(['migrate']);
    expect(await again.ended).toBe(0);
    expect(again.stdout()).toContain(`Applied ${Object.keys(migrations).join(', ')}.`);
    const once = await run(['migrate']);
    expect(once.stdout()).toContain('The schema is up to date.');
    const listing = await run(['issue', 'list', '--json']);
    expect({ status: await listing.ended, output: listing.stdout().trim() }).toMatchObject({ status: 0 });
  },
);
