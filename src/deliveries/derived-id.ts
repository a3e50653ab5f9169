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

/**
 * SQL for the id of a delivery, derived as above: those of one issue stand together, in the order of its subscribers' ids, so that
 * what is written and read together is in few places of every index. Its last twelve digits are as good as chance.
 */
export function deliveryIdSql(issueId: string, subscriberId: RawBuilder<unknown>): RawBuilder<string> {
  const digits = sql`replace(${subscriberId}::text, '-', '')`;
  return sql<string>`(left(md5(${issueId}::text), 6) || left(${digits}, 6) || '8' || substr(${digits}, 7, 3) || '8'
    || substr(${digits}, 10, 3) || left(md5(concat_ws('/', ${issueId}::text, ${subscriberId})), 12))::uuid`;
}
