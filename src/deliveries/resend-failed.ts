import { sql } from 'kysely';
import type { Context } from '../context.ts';
import type { Tx } from '../database.ts';
import { lockIssue } from '../issues/queries.ts';
import type { Refusal } from '../platform/refusal.ts';
import { inTransaction } from '../platform/transaction.ts';
import { recordAudit } from '../subscribers/audit.ts';
import { ringDueBatches } from './ring-due-batches.ts';
import { findSendAgainObstacle, sendAgain } from './send-again.ts';

/** A delivery the provider had accepted and reported as failed later: over a quota, for example. */
export interface FailedLater {
  id: string;
  address: string | null;
  /** The provider's word for it; null where it gave none. */
  reason: string | null;
  acceptedAt: Date | null;
  outcomeAt: Date | null;
  /** How often it was sent again already. */
  resends: number;
}

const failedLaterLimit = 1_000;

/** Accepted deliveries of an issue that failed at the provider, 1,000 at most, in the order they were sent. */
export async function listDeliveriesFailedLater(ctx: Context, issueId: string): Promise<FailedLater[]> {
  return ctx.db
    .selectFrom('deliveries')
    .select(['id', 'address', 'reason', 'acceptedAt', 'outcomeAt', 'resends'])
    .where('issueId', '=', issueId)
    .where('state', '=', 'accepted')
    .where('outcome', '=', 'failed')
    .orderBy('batchId')
    .orderBy('batchPosition')
    .limit(failedLaterLimit)
    .execute();
}

export interface Resend {
  issueId: string;
  /** All that failed later, or only these. */
  deliveryIds: readonly string[] | 'all';
  note: string;
  by: string;
}

/**
 * Sends accepted deliveries that failed at the provider once more, under new keys: a person's decision, written down with the
 * deliveries. Consent is read anew at their claim. Answers how many wait now.
 */
export async function resendFailed(
  ctx: Context,
  { issueId, deliveryIds, note, by: actor }: Resend,
): Promise<{ count: number } | Refusal<'cannot-send-again'>> {
  const done = await inTransaction(ctx.db, async (tx) => {
    const issue = await lockIssue(tx, issueId);
    const obstacle = await findSendAgainObstacle(tx, issue);
    if (obstacle !== undefined) return { refused: 'cannot-send-again' as const, sentence: obstacle };
    const ids = await lockFailedLater(tx, issueId, deliveryIds);
    if (ids.length === 0) return { count: 0 };
    const now = ctx.clock.now();
    await supersedeMessages(tx, ids, now);
    await sendAgain(tx, { issueId, ids, now, failedLater: true });
    const audit = { actor, action: 'resend-failed', entity: 'issue', entityId: issueId, note };
    await recordAudit(tx, { ...audit, after: { deliveries: ids } });
    return { count: ids.length };
  });
  await ringDueBatches(ctx);
  return done;
}

async function lockFailedLater(tx: Tx, issueId: string, chosen: readonly string[] | 'all'): Promise<string[]> {
  const isChosen = chosen === 'all' ? sql`true` : sql`id = any(${[...chosen]}::uuid[])`;
  const { rows } = await sql<{ id: string }>`
    select id from deliveries where issue_id = ${issueId} and state = 'accepted' and outcome = 'failed' and ${isChosen}
    order by id for update`.execute(tx);
  return rows.map((row) => row.id);
}

/** What is reported of the mails before is about those alone from now on. */
async function supersedeMessages(tx: Tx, deliveryIds: readonly string[], supersededAt: Date): Promise<void> {
  await sql`
    update provider_messages set superseded_at = ${supersededAt}
    where delivery_id = any(${[...deliveryIds]}::uuid[]) and superseded_at is null`.execute(tx);
}
