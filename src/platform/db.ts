import {
  CamelCasePlugin,
  HandleEmptyInListsPlugin,
  Kysely,
  PostgresDialect,
  replaceWithNoncontingentExpression,
} from 'kysely';
import pg from 'pg';

export interface PoolOptions {
  /** Connections at most; 10 by default. */
  max?: number;
  /** Shown in pg_stat_activity. */
  applicationName?: string;
}

/** Opens a connection pool; nothing connects before the first query. End it with `db.destroy()`. */
export function openDb<Tables>(url: string, options: PoolOptions = {}): Kysely<Tables> {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.max ?? 10,
    application_name: options.applicationName ?? 'weekly-verdicts',
    connectionTimeoutMillis: 10_000,
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
