import { sql } from 'kysely';
import type { Tx } from '../database.ts';
import { type IneligibleReason, ineligibleReasonSql } from '../subscribers/eligibility.ts';
import type { Member } from './queries.ts';

/** One waiting delivery with what its subscriber's row says under our lock. */
export interface Consent extends Member {
  /** Why it is dropped before the call; null stays in. */
  exclusion: IneligibleReason | null;
}

/**
 * Re-reads consent for a batch's waiting deliveries and holds it: the subscriber rows stay locked `FOR SHARE` until the
 * claim commits, and every writer that takes consent away locks them `FOR UPDATE` first. Whoever may not be mailed is excluded
 * with the reason; address and name of the others are copied onto their deliveries: the bytes can be made again from here alone.
 */
export async function settleConsent(tx: Tx, batchId: string, now: Date): Promise<Consent[]> {
  await sql`
    select s.id from subscribers s join deliveries d on d.subscriber_id = s.id
    where d.batch_id = ${batchId} and d.state = 'waiting' order by s.id for share of s`.execute(tx);
  // A statement of its own: it sees whatever was committed before the locks were ours.
  const consents = await sql<Consent>`
    with consent as materialized (
      select d.id, d.subscriber_id, d.variant, d.batch_position, s.address, s.name, ${ineligibleReasonSql(now, 's')} as exclusion
      from deliveries d join subscribers s on s.id = d.subscriber_id
      where d.batch_id = ${batchId} and d.state = 'waiting'),
    written as (
      update deliveries d set
        state = case when c.exclusion is null then d.state else 'excluded' end, reason = coalesce(c.exclusion, d.reason),
        address = case when c.exclusion is null then c.address else d.address end,
        name = case when c.exclusion is null then c.name else d.name end
      from consent c where d.id = c.id and d.batch_id = ${batchId})
    select id, subscriber_id, variant, address, name, exclusion from consent order by batch_position`.execute(tx);
  return consents.rows;
}
