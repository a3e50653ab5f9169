import { sql } from 'kysely';
import type { Context } from '../context.ts';
import type { Tx } from '../database.ts';
import { failpoint } from '../platform/failpoint.ts';
import { inTransaction } from '../platform/transaction.ts';
import { findSchedule } from '../schedule/queries.ts';
import { type IneligibleReason, ineligibleReasonSql } from '../subscribers/eligibility.ts';
import { batchBytesLimit, batchMailsLimit } from './batch.ts';
import { measureLargestMail } from './batch-body.ts';
import { defaultCanary, planCanary } from './canary.ts';
import { guardSending } from './restored/guard-sending.ts';
import { holdUnreadyIssue } from './hold-unready-issue.ts';
import { insertAudience } from './insert-audience.ts';
import { ringDueBatches } from './ring-due-batches.ts';

export interface Frozen {
  issueId: string;
  subscribers: number;
  eligible: number;
  batches: number;
}

/** Whoever unsubscribes while the freeze runs makes it start over; after so many times it is left to the next tick. */
const freezeTriesLimit = 10;
/** Somebody else's lock on subscribers is waited for no longer than this; the next tick tries again. */
const freezeLockTimeoutMs = 30_000;

/**
 * Binds the audience of an approved issue whose time has come, in one transaction: `approved -> sending`. Undefined when the
 * issue is not approved or not due (somebody else froze it, or it was withdrawn), and while sending is held because this may
 * be a restored or copied database, or nobody can tell yet; two at once make one freeze.
 */
export async function freezeIssue(ctx: Context, issueId: string): Promise<Frozen | undefined> {
  return (await guardSending(ctx)) === 'passed' ? bindAudience(ctx, issueId) : undefined;
}

/** The same, whatever database this is: for the command by which a person answers for it. */
export async function bindAudience(ctx: Context, issueId: string): Promise<Frozen | undefined> {
  const options = { isolation: 'repeatable read', triesLimit: freezeTriesLimit } as const;
  const frozen = await inTransaction(ctx.db, (tx) => freeze(ctx, tx, issueId), options);
  failpoint('after-freeze');
  if (frozen !== undefined) await ringDueBatches(ctx);
  return frozen;
}

/** Freezes whatever is due; an issue that cannot be frozen now is told of and left to the next tick, and holds up nothing else. */
export async function freezeIssuesDue(ctx: Context): Promise<void> {
  const due = await ctx.db
    .selectFrom('issues')
    .select('id')
    .where('state', '=', 'approved')
    .where('sendAt', '<=', ctx.clock.now())
    .execute();
  for (const { id: issueId } of due) {
    await freezeUnlessHeld(ctx, issueId).catch((err: unknown) => {
      ctx.log.error(
        { err, issueId },
        'an issue could not be frozen: nothing of it is written, the next tick tries again',
      );
    });
  }
}

async function freezeUnlessHeld(ctx: Context, issueId: string): Promise<void> {
  if ((await holdUnreadyIssue(ctx, issueId)) === undefined) await freezeIssue(ctx, issueId);
}

async function freeze(ctx: Context, tx: Tx, issueId: string): Promise<Frozen | undefined> {
  const now = ctx.clock.now();
  await liftLimits(tx);
  const issue = await tx
    .selectFrom('issues')
    .select(['id', 'revisionId', 'sendAt', 'canaryPercent'])
    .where('id', '=', issueId)
    .where('state', '=', 'approved')
    .where('sendAt', '<=', now)
    .forUpdate()
    .executeTakeFirst();
  if (issue === undefined || issue.revisionId === null || issue.sendAt === null) return undefined;
  await sql`set local lock_timeout = ${sql.lit(freezeLockTimeoutMs)}`.execute(tx);
  const counts = await countAudience(tx, now);
  const mailBytes = await measureLargestMail(tx, issue.revisionId);
  const size = Math.max(1, Math.min(batchMailsLimit, Math.floor(batchBytesLimit / mailBytes)));
  const settings = (await findSchedule(tx)) ?? defaultCanary;
  // Nothing: a person sends this one without a canary.
  const canaryPercent = issue.canaryPercent ?? settings.canaryPercent;
  const canary = planCanary(counts.eligible, { ...settings, canaryPercent }, now);
  const { canaryCount, canaryUntil } = canary;
  const { eligible } = counts;
  const plan = { issueId, now, dueAt: issue.sendAt, eligible, size, canaryCount: canaryCount ?? 0 };
  const batches = await insertAudience(tx, { ...plan, restPlannedAt: canaryUntil ?? issue.sendAt });
  await tx
    .updateTable('issues')
    .set({
      state: 'sending',
      frozenAt: now,
      providerIdentity: ctx.mailer.identity,
      subscribersCount: counts.subscribers,
      ineligible: JSON.stringify(counts.ineligible),
      ...canary,
    })
    .where('id', '=', issueId)
    .execute();
  failpoint('before-freeze-commit');
  return { issueId, subscribers: counts.subscribers, eligible: counts.eligible, batches };
}

/** A large audience takes longer than any other statement may, and so does waiting for another freeze of the same issue. */
async function liftLimits(tx: Tx): Promise<void> {
  await sql`set local statement_timeout = 0`.execute(tx);
  await sql`set local lock_timeout = 0`.execute(tx);
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
