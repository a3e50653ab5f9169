import { sql } from 'kysely';
import type { Context } from '../context.ts';
import type { Tx } from '../database.ts';
import { failpoint } from '../platform/failpoint.ts';
import { type IneligibleReason, ineligibleReasonSql } from '../subscribers/eligibility.ts';
import { batchBytesLimit, batchMailsLimit } from './batch.ts';
import { measureLargestMail } from './batch-body.ts';
import { ringDueBatches } from './ring-due-batches.ts';

export interface Frozen {
  issueId: string;
  subscribers: number;
  eligible: number;
  batches: number;
}

/** Whoever unsubscribes while the freeze runs makes it start over; after so many times it is left to the next tick. */
const freezeTriesLimit = 10;

/**
 * Binds the audience of an approved issue whose time has come, in one transaction: `approved -> sending`. Undefined when the
 * issue is not approved or not due (somebody else froze it, or it was withdrawn); two at once make one freeze.
 */
export async function freezeIssue(ctx: Context, issueId: string): Promise<Frozen | undefined> {
  const frozen = await freezeOnce(ctx, issueId, 1);
  failpoint('after-freeze');
  if (frozen !== undefined) await ringDueBatches(ctx);
  return frozen;
}

async function freezeOnce(ctx: Context, issueId: string, tries: number): Promise<Frozen | undefined> {
  try {
    const transaction = ctx.db.transaction().setIsolationLevel('repeatable read');
    return await transaction.execute((tx) => freeze(ctx, tx, issueId));
  } catch (error) {
    if (!isSerializationFailure(error) || tries >= freezeTriesLimit) throw error;
    return freezeOnce(ctx, issueId, tries + 1);
  }
}

async function freeze(ctx: Context, tx: Tx, issueId: string): Promise<Frozen | undefined> {
  const now = ctx.clock.now();
  await sql`set local statement_timeout = 0`.execute(tx);
  const issue = await tx
    .selectFrom('issues')
    .select(['id', 'revisionId', 'sendAt'])
    .where('id', '=', issueId)
    .where('state', '=', 'approved')
    .where('sendAt', '<=', now)
    .forUpdate()
    .executeTakeFirst();
  if (issue === undefined || issue.revisionId === null || issue.sendAt === null) return undefined;
  const counts = await countAudience(tx, now);
  const mailBytes = await measureLargestMail(tx, issue.revisionId);
  const size = Math.max(1, Math.min(batchMailsLimit, Math.floor(batchBytesLimit / mailBytes)));
  const batches = Math.ceil(counts.eligible / size);
  await insertBatches(tx, { issueId, dueAt: issue.sendAt, batches });
  await insertDeliveries(tx, { issueId, dueAt: issue.sendAt, size, now });
  await tx
    .updateTable('issues')
    .set({
      state: 'sending',
      frozenAt: now,
      providerIdentity: ctx.mailer.identity,
      subscribersCount: counts.subscribers,
      ineligible: JSON.stringify(counts.ineligible),
    })
    .where('id', '=', issueId)
    .execute();
  failpoint('before-freeze-commit');
  return { issueId, subscribers: counts.subscribers, eligible: counts.eligible, batches };
}

async function countAudience(tx: Tx, now: Date) {
  const rows = await tx
    .selectFrom('subscribers')
    .select([ineligibleReasonSql(now).as('reason'), sql<number>`count(*)::integer`.as('count')])
    .groupBy(sql`1`)
    .execute();
  const ineligible: Partial<Record<IneligibleReason, number>> = {};
  for (const row of rows) if (row.reason !== null) ineligible[row.reason] = row.count;
  const subscribers = rows.reduce((sum, row) => sum + row.count, 0);
  return { subscribers, ineligible, eligible: rows.find((row) => row.reason === null)?.count ?? 0 };
}

async function insertBatches(tx: Tx, plan: { issueId: string; dueAt: Date; batches: number }): Promise<void> {
  await sql`
    insert into batches (issue_id, ordinal, state, due_at, ring_at)
    select ${plan.issueId}, ordinal, 'waiting', ${plan.dueAt}, ${plan.dueAt}
    from generate_series(1, ${plan.batches}::integer) ordinal`.execute(tx);
}

async function insertDeliveries(
  tx: Tx,
  plan: { issueId: string; dueAt: Date; size: number; now: Date },
): Promise<void> {
  await sql`
    insert into deliveries (issue_id, subscriber_id, address_hash, variant, batch_id, batch_position, due_at)
    select ${plan.issueId}, e.id, e.address_hash, 1, b.id, (e.rank - 1) % ${plan.size}, ${plan.dueAt}
    from (
      select s.id, s.address_hash, row_number() over (order by s.id) as rank
      from subscribers s where (${ineligibleReasonSql(plan.now, 's')}) is null
    ) e
    join batches b on b.issue_id = ${plan.issueId} and b.ordinal = (e.rank - 1) / ${plan.size} + 1`.execute(tx);
}

/** Postgres 40001: a freeze beside this one won, or a subscriber changed under it; a new one sees either. */
function isSerializationFailure(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === '40001';
}
