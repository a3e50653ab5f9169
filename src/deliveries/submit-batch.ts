import type { Context } from '../context.ts';
import { failpoint } from '../platform/failpoint.ts';
import { sqlStateOf } from '../platform/sql-state.ts';
import { leaseMs } from './batch.ts';
import { claimBatch, type Claim, type NoClaim } from './claim-batch.ts';
import { finishIssue } from './finish-issue.ts';
import { pauseProgrammatically } from './pause-programmatically.ts';
import { waitForPace } from './pace.ts';
import { settleCall } from './settle-call.ts';
import { tellUndecided } from './tell-undecided.ts';

/** How long a batch that could not even be claimed is left alone. */
const troubleWaitMs = 30_000;
/** How long this job waits where even that could not be written down. */
const pauseMs = 5_000;
/** Source: PostgreSQL docs, errcodes. */
const diskFullState = '53100';
const diskFullSentence =
  'Postgres has no room left on its disk: nothing is sent that could not be recorded. Free some; sending goes on by itself.';

/** The job behind `submit-batch`: claim, call, settle. Any of it may run twice, or stop anywhere, without a second mail. */
export async function submitBatch(ctx: Context, batchId: string, signal?: AbortSignal): Promise<void> {
  if (!(await waitForPace(ctx, 'batch', signal))) return;
  const claim = await claimOrPutOff(ctx, batchId, signal);
  if (typeof claim === 'string') return answerNoClaim(ctx, batchId, claim);
  failpoint('after-claim');
  // This process stood still meanwhile: whoever has taken over knows no more about this call than that it may still come.
  if (isLeaseOver(ctx, claim)) return;
  const { body, idempotencyKey } = claim;
  const answer = await ctx.mailer.post({
    path: '/emails/batch',
    body,
    idempotencyKey,
    deadlineMs: ctx.config.callDeadlineMs,
  });
  failpoint('after-answer');
  await settleCall(ctx, claim, answer);
  failpoint('after-settle');
  await finishIssue(ctx, claim.issueId);
}

function isLeaseOver(ctx: Context, { startedAt }: Claim): boolean {
  return ctx.clock.now().getTime() - startedAt.getTime() >= leaseMs(ctx.config.callDeadlineMs);
}

async function claimOrPutOff(ctx: Context, batchId: string, signal?: AbortSignal): Promise<Claim | NoClaim> {
  try {
    return await claimBatch(ctx, batchId);
  } catch (error) {
    if (sqlStateOf(error) === diskFullState) ctx.log.error({ alert: 'disk-full' }, diskFullSentence);
    const ringAt = new Date(ctx.clock.now().getTime() + troubleWaitMs);
    // A database that cannot write this down either would be asked again at once, and again.
    const putOff = ctx.db.updateTable('batches').set({ ringAt }).where('id', '=', batchId).execute();
    await putOff.catch(() => ctx.clock.sleep(pauseMs, signal));
    throw new Error(`batch ${batchId} could not be claimed; it is tried again in ${troubleWaitMs / 1000} s`, {
      cause: error,
    });
  }
}

async function answerNoClaim(ctx: Context, batchId: string, why: NoClaim): Promise<void> {
  const { issueId } = await ctx.db
    .selectFrom('batches')
    .select('issueId')
    .where('id', '=', batchId)
    .executeTakeFirstOrThrow();
  switch (why) {
    case 'late':
      return pauseProgrammatically(ctx, issueId, 'late');
    case 'other-provider':
      return pauseProgrammatically(ctx, issueId, 'other-provider');
    case 'unknown':
    case 'blocked':
      await tellUndecided(ctx, batchId, why);
      return finishIssue(ctx, issueId);
    case 'all-excluded':
      return finishIssue(ctx, issueId);
    case 'split':
    case 'switched-off':
    case 'not-sending':
    case 'not-due':
      return;
  }
}
