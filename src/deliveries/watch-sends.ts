import { sql } from 'kysely';
import type { Context } from '../context.ts';
import type { Db, Tx } from '../database.ts';
import { type Issue, lockIssue } from '../issues/queries.ts';
import { raiseAlert } from '../mails/raise-alert.ts';
import { inTransaction } from '../platform/transaction.ts';
import { findSchedule } from '../schedule/queries.ts';
import { type CanaryFigures, heldDueAt, heldLookMs, isReportedEnough } from './canary.ts';
import { guardIssue, isGuardOn, isOverLimits } from './guard-issue.ts';
import { releaseBatches } from './release-rest.ts';
import { ringDueBatches } from './ring-due-batches.ts';

/** Looks after every issue that is being sent: the guard, and the canary's next step. Safe at any time, by several at once. */
export async function watchSends(ctx: Context): Promise<void> {
  const sending = await ctx.db
    .selectFrom('issues')
    .select(['id', 'canaryState', 'canaryUntil'])
    .where('state', '=', 'sending')
    .execute();
  for (const { id, canaryState, canaryUntil } of sending) {
    await guardIssue(ctx, id);
    if (canaryState === 'going') await beginWait(ctx, id);
    const isWaiting = canaryState === 'waiting' || canaryState === 'held';
    if (isWaiting && canaryUntil !== null && canaryUntil <= ctx.clock.now()) await endWait(ctx, id);
  }
}

/** The wait begins when the canary has gone out, however long that took. */
async function beginWait(ctx: Context, issueId: string): Promise<void> {
  if (await isGoing(ctx.db, issueId)) return;
  const schedule = await findSchedule(ctx.db);
  const waitMs = (schedule?.canaryWaitMinutes ?? 0) * 60_000;
  await ctx.db
    .updateTable('issues')
    .set({ canaryState: 'waiting', canaryUntil: new Date(ctx.clock.now().getTime() + waitMs) })
    .where('id', '=', issueId)
    .where('canaryState', '=', 'going')
    .where('state', '=', 'sending')
    .execute();
}

async function isGoing(db: Db, issueId: string): Promise<boolean> {
  const batch = await db
    .selectFrom('batches')
    .select('id')
    .where('issueId', '=', issueId)
    .where('state', 'in', ['waiting', 'calling', 'doubt'])
    .where('dueAt', '<', heldDueAt)
    .limit(1)
    .executeTakeFirst();
  return batch !== undefined;
}

/** After the wait: the rest follows, or is held because too little was reported to tell how the canary went. */
async function endWait(ctx: Context, issueId: string): Promise<void> {
  const isPassed = await inTransaction(ctx.db, (tx) => endWaitIn(ctx, tx, issueId));
  if (isPassed) await ringDueBatches(ctx);
}

async function endWaitIn(ctx: Context, tx: Tx, issueId: string): Promise<boolean> {
  const now = ctx.clock.now();
  const issue = await lockIssue(tx, issueId);
  const { canaryState, canaryUntil } = issue;
  const isDue = (canaryState === 'waiting' || canaryState === 'held') && canaryUntil !== null && canaryUntil <= now;
  // What came in since the guard looked is looked at here: it pauses with the next look.
  if (issue.state !== 'sending' || !isDue || (await isOverLimits(tx, issueId))) return false;
  // Where the guard is off nobody reads the reports, and the wait is only time for a person to look.
  if ((await isGuardOn(tx)) && !isReportedEnough(await countCanaryReports(tx, issueId))) {
    const canaryUntil = new Date(now.getTime() + heldLookMs);
    await tx.updateTable('issues').set({ canaryState: 'held', canaryUntil }).where('id', '=', issueId).execute();
    if (canaryState === 'waiting') await tellHeld(ctx, tx, issue);
    return false;
  }
  await releaseBatches(tx, { issueId, canaryState: 'passed', by: 'program', at: now });
  return true;
}

async function tellHeld({ log }: Context, tx: Tx, { id, number }: Issue): Promise<void> {
  const sentence = `The canary of issue ${number} has gone out and too little is reported of it to tell how that went: the rest waits. Look at the webhook at the provider. The rest follows by itself once reports come in; \`issue release ${number}\` sends it all the same.`;
  await raiseAlert({ db: tx, log }, { code: 'canary-without-reports', sentence, entity: 'issue', entityId: id });
}

/** A few per cent of an issue, read when the wait ends and then once a minute. */
async function countCanaryReports(tx: Tx, issueId: string): Promise<CanaryFigures> {
  const { rows } = await sql<CanaryFigures>`
    select count(*)::integer as accepted,
      (count(*) filter (where d.outcome in ('delivered', 'bounced', 'complained', 'suppressed', 'failed')))::integer as reported
    from batches b join deliveries d on d.batch_id = b.id
    where b.issue_id = ${issueId} and b.due_at < ${heldDueAt} and d.state = 'accepted'`.execute(tx);
  return rows[0] ?? { accepted: 0, reported: 0 };
}
