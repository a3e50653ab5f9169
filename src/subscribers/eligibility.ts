import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../database.ts';

/** Why a subscriber gets no delivery; where several hold, the first in this order counts. */
export const ineligibleReasons = ['erased', 'unsubscribed', 'suppressed', 'pending', 'paused'] as const;
export type IneligibleReason = (typeof ineligibleReasons)[number];

/**
 * The one rule of who may be mailed, for the freeze and the claim alike: a reason, or null for an eligible subscriber. It
 * stands in a query over `subscribers` whose suppression is looked up here; `table` is the name that query calls them by.
 */
export function ineligibleReasonSql(now: Date, table = 'subscribers'): RawBuilder<IneligibleReason | null> {
  const column = (name: string) => sql.ref(`${table}.${name}`);
  return sql<IneligibleReason | null>`case
    when ${column('state')} = 'erased' then 'erased'
    when ${column('state')} = 'unsubscribed' then 'unsubscribed'
    when exists (
      select 1 from suppressions as standing
      where standing.address_hash = ${column('addressHash')} and standing.lifted_at is null
    ) then 'suppressed'
    when ${column('state')} = 'pending' then 'pending'
    when ${column('pausedUntil')} > ${now} then 'paused'
  end`;
}

export interface EligibilityCounts {
  subscribers: number;
  eligible: number;
  /** Every reason, 0 too; together with `eligible` they make `subscribers`. */
  ineligible: Record<IneligibleReason, number>;
}

/** Counts all subscribers by what the freeze would do with them now. */
export async function countSubscribersByEligibility(db: Db, now: Date): Promise<EligibilityCounts> {
  const rows = await db
    .selectFrom('subscribers')
    .select([ineligibleReasonSql(now).as('reason'), sql<number>`count(*)::integer`.as('count')])
    .groupBy(sql`1`)
    .execute();
  const countOf = (reason: IneligibleReason | null) => rows.find((row) => row.reason === reason)?.count ?? 0;
  return {
    subscribers: rows.reduce((sum, row) => sum + row.count, 0),
    eligible: countOf(null),
    ineligible: {
      erased: countOf('erased'),
      unsubscribed: countOf('unsubscribed'),
      suppressed: countOf('suppressed'),
      pending: countOf('pending'),
      paused: countOf('paused'),
    },
  };
}
