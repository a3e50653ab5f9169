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
 * claim commits, and every writer that takes consent away locks them `FOR UPDATE` first.
 */
export async function readConsent(tx: Tx, batchId: string, now: Date): Promise<Consent[]> {
  await sql`
    select s.id from subscribers s join deliveries d on d.subscriber_id = s.id
    where d.batch_id = ${batchId} and d.state = 'waiting' order by s.id for share of s`.execute(tx);
  // A statement of its own: it sees whatever was committed before the locks were ours.
  return tx
    .selectFrom('deliveries as d')
    .innerJoin('subscribers as s', 's.id', 'd.subscriberId')
    .select(['d.id', 'd.subscriberId', 'd.variant', 's.address', 's.name'])
    .select(ineligibleReasonSql(now, 's').as('exclusion'))
    .where('d.batchId', '=', batchId)
    .where('d.state', '=', 'waiting')
    .orderBy('d.batchPosition')
    .execute();
}

/** Drops the members that may not be mailed, each with its reason. */
export async function excludeMembers(tx: Tx, members: Consent[]): Promise<void> {
  const reasons = new Set(members.flatMap((member) => member.exclusion ?? []));
  for (const reason of reasons) {
    const ids = members.filter((member) => member.exclusion === reason).map((member) => member.id);
    await tx.updateTable('deliveries').set({ state: 'excluded', reason }).where('id', 'in', ids).execute();
  }
}

/** Copies address and name onto the deliveries: the bytes can be made again from here alone. */
export async function copyAddresses(tx: Tx, batchId: string): Promise<void> {
  await sql`
    update deliveries d set address = s.address, name = s.name from subscribers s
    where s.id = d.subscriber_id and d.batch_id = ${batchId} and d.state = 'waiting'`.execute(tx);
}
