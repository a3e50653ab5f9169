import type { Context } from '../context.ts';
import { raiseAlert } from '../mails/raise-alert.ts';
import { failpoint } from '../platform/failpoint.ts';
import { leaseMs } from './batch.ts';
import { claimBatch, type Claim, type NoClaim } from './claim-batch.ts';
import { finishIssue } from './finish-issue.ts';
import { pauseProgrammatically } from './pause-programmatically.ts';
import { waitForPace } from './pace.ts';
import { settleCall } from './settle-call.ts';

/** How long a batch that could not even be claimed is left alone. */
const troubleWaitMs = 30_000;

/** The job behind `submit-batch`: claim, call, settle. Any of it may run twice, or stop anywhere, without a second mail. */
export async function submitBatch(ctx: Context, batchId: string, signal?: AbortSignal): Promise<void> {
  if (!(await waitForPace(ctx, 'batch', signal))) return;
  const claim = await claimOrPutOff(ctx, batchId);
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

async function claimOrPutOff(ctx: Context, batchId: string): Promise<Claim | NoClaim> {
  try {
    return await claimBatch(ctx, batchId);
  } catch (error) {
    const ringAt = new Date(ctx.clock.now().getTime() + troubleWaitMs);
    await ctx.db.updateTable('batches').set({ ringAt }).where('id', '=', batchId).execute();
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
      await raiseAlert(ctx, {
        code: `batch-${why}`,
        sentence: `A batch is ${why}: nothing more is sent for it until a person decides with \`issue resolve\`.`,
        entity: 'batch',
        entityId: batchId,
      });
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
