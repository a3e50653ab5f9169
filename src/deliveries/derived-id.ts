import { type RawBuilder, sql } from 'kysely';

/**
 * SQL for the id of a row that follows from others (RFC 9562 version 8, custom): made again, it is the same. A server that fails
 * over may lose its last second, a freeze or a split with it; the next one then asks the provider under the same keys, and
 * whatever had been taken under them is not taken twice.
 */
export function derivedIdSql(...parts: (string | RawBuilder<unknown>)[]): RawBuilder<string> {
  const text = sql.join(parts.map((part) => (typeof part === 'string' ? sql`${part}::text` : part)));
  return sql<string>`overlay(overlay(md5(concat_ws('/', ${text})) placing '8' from 13) placing '8' from 17)::uuid`;
}
