import {
  CamelCasePlugin,
  HandleEmptyInListsPlugin,
  Kysely,
  PostgresDialect,
  replaceWithNoncontingentExpression,
  sql,
} from 'kysely';
import pg from 'pg';

export interface PoolOptions {
  /** Connections at most; 10 by default. */
  max?: number;
  /** Shown in pg_stat_activity. */
  applicationName?: string;
  /** `none` for migrations, which may take as long as they take; `usual` unless told. */
  limits?: 'usual' | 'none';
}

/**
 * So that nothing hangs for ever on a lock or a query, and a process that stands still in a transaction stops nobody. They count
 * for every statement of the pool; a transaction that needs others sets its own.
 */
export const usualLimits = {
  statement_timeout: 120_000,
  lock_timeout: 30_000,
  idle_in_transaction_session_timeout: 60_000,
} as const;

/** A server that vanished without a word is noticed after about this long, not after the system's two hours. */
const keepAliveMs = 30_000;

/** Opens a connection pool; nothing connects before the first query. End it with `db.destroy()`. */
export function openDb<Tables>(url: string, options: PoolOptions = {}): Kysely<Tables> {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.max ?? 10,
    application_name: options.applicationName ?? 'weekly-verdicts',
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: keepAliveMs,
    ...(options.limits === 'none' ? {} : usualLimits),
  });
  // A connection the server dropped while idle: the pool opens another, queries in flight fail by themselves.
  pool.on('error', () => {});
  // One it dropped between two queries of a transaction: the next query fails by itself; unheard, this would end the process.
  pool.on('connect', (client) => client.on('error', () => {}));
  return new Kysely<Tables>({
    dialect: new PostgresDialect({ pool }),
    plugins: [
      new CamelCasePlugin({ maintainNestedObjectKeys: true }),
      new HandleEmptyInListsPlugin({ strategy: replaceWithNoncontingentExpression }),
    ],
  });
}

/** Whether this server takes writes: not a standby, and not told to read only. */
export async function takesWrites<Tables>(db: Kysely<Tables>): Promise<boolean> {
  const { rows } = await sql<{ takes: boolean }>`
    select current_setting('transaction_read_only') = 'off' and not pg_is_in_recovery() as takes`.execute(db);
  return rows[0]?.takes === true;
}
