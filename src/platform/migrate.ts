import { type Kysely, type Migration, Migrator, sql } from 'kysely';
import { failpoint } from './failpoint.ts';
import { isRefusal, type Refusal } from './refusal.ts';

type Migrations = Record<string, Migration>;
type NewerDatabase = Refusal<'newer-database'>;

/**
 * Runs what is missing, oldest first; answers the names applied. All or nothing: one transaction. Two at once are safe:
 * the second waits and finds nothing to do. Refused when the database has migrations this program does not know.
 * Throws what a migration threw, as `cause`.
 */
export async function migrateToLatest<T>(
  db: Kysely<T>,
  migrations: Migrations,
): Promise<{ applied: string[] } | NewerDatabase> {
  const pending = await listPendingMigrations(db, migrations);
  if (isRefusal(pending)) return pending;
  const { error, results = [] } = await migratorOf(db, migrations).migrateToLatest();
  if (error !== undefined) {
    const failed = results.find((result) => result.status === 'Error');
    throw new Error(`migration ${failed?.migrationName ?? ''} failed, nothing was changed`, { cause: error });
  }
  return { applied: results.map((result) => result.migrationName) };
}

/** The names still to run, oldest first; refused when the database is newer than this program. */
export async function listPendingMigrations<T>(
  db: Kysely<T>,
  migrations: Migrations,
): Promise<string[] | NewerDatabase> {
  const applied = await listAppliedMigrations(db);
  const unknown = applied.filter((name) => !(name in migrations));
  if (unknown.length > 0) {
    return {
      refused: 'newer-database',
      sentence: `The database was migrated by a newer version of this program (it knows ${unknown.join(', ')}); update the program.`,
    };
  }
  return Object.keys(migrations)
    .filter((name) => !applied.includes(name))
    .sort();
}

async function listAppliedMigrations<T>(db: Kysely<T>): Promise<string[]> {
  const { rows } = await sql<{ found: string | null }>`select to_regclass('kysely_migration')::text as found`.execute(
    db,
  );
  if (rows[0]?.found == null) return [];
  return (await sql<{ name: string }>`select name from kysely_migration`.execute(db)).rows.map((row) => row.name);
}

function migratorOf<T>(db: Kysely<T>, migrations: Migrations): Migrator {
  const steps: Migrations = {};
  for (const [name, migration] of Object.entries(migrations)) steps[name] = withFailpoint(migration);
  return new Migrator({ db, provider: { getMigrations: async () => steps } });
}

function withFailpoint(migration: Migration): Migration {
  return {
    ...migration,
    async up(db) {
      await migration.up(db);
      failpoint('after-migration');
    },
  };
}
