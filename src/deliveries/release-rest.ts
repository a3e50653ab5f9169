import type { Context } from '../context.ts';
import type { Tx } from '../database.ts';
import { withIssueNamed } from '../issues/find-issue.ts';
import type { CanaryState } from '../issues/issue.ts';
import { type Issue, lockIssue } from '../issues/queries.ts';
import { isRefusal, type Refusal } from '../platform/refusal.ts';
import { inTransaction } from '../platform/transaction.ts';
import { recordAudit } from '../subscribers/audit.ts';
import { heldDueAt, isWaitingForCanary } from './canary.ts';
import { ringDueBatches } from './ring-due-batches.ts';

/** Sends the rest of an issue without waiting for its canary any longer. A paused issue goes on when it is resumed. */
export async function releaseRest(
  ctx: Context,
  { number, by }: { number: number; by: string },
): Promise<Issue | Refusal<'no-issue' | 'nothing-waits'>> {
  const released = await withIssueNamed(ctx.db, number, (named) =>
    inTransaction(ctx.db, async (tx) => {
      const issue = await lockIssue(tx, named.id);
      const isUnderWay = issue.state === 'sending' || issue.state === 'paused';
      if (!isUnderWay || !isWaitingForCanary(issue.canaryState)) return refuseRelease(issue);
      return releaseBatches(tx, { issueId: issue.id, canaryState: 'released', by, at: ctx.clock.now() });
    }),
  );
  if (!isRefusal(released)) await ringDueBatches(ctx);
  return released;
}

export interface Release {
  issueId: string;
  canaryState: Extract<CanaryState, 'passed' | 'released'>;
  by: string;
  at: Date;
}

/** What waited for the canary is due now; the issue must be locked. */
export async function releaseBatches(tx: Tx, { issueId, canaryState, by, at }: Release): Promise<Issue> {
  await tx
    .updateTable('batches')
    .set({ dueAt: at, ringAt: at })
    .where('issueId', '=', issueId)
    .where('state', '=', 'waiting')
    .where('dueAt', '=', heldDueAt)
    .execute();
  await recordAudit(tx, { actor: by, action: `canary-${canaryState}`, entity: 'issue', entityId: issueId });
  return tx
    .updateTable('issues')
    .set({ canaryState, canaryUntil: at })
    .where('id', '=', issueId)
    .returningAll()
    .executeTakeFirstOrThrow();
}

function refuseRelease({ number, state }: Issue): Refusal<'nothing-waits'> {
  return {
    refused: 'nothing-waits',
    sentence: `Nothing of issue ${number}, which is ${state}, waits for a canary; \`issue account ${number}\` shows where everybody is.`,
  };
}
