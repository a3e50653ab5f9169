import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { withIssueNamed } from '../issues/find-issue.ts';
import type { Issue } from '../issues/queries.ts';
import { resumeIssue } from '../issues/resume-issue.ts';
import { isRefusal, type Refusal } from '../platform/refusal.ts';
import { inTransaction } from '../platform/transaction.ts';
import { giveUpBatch } from './end-batch.ts';
import { acceptFigures } from './guard-issue.ts';
import { ringDueBatches } from './ring-due-batches.ts';

export interface ResumeSending {
  number: number;
  by: string;
  /** A person agrees to go on under the provider account that is configured now. */
  acceptsProvider: boolean;
}

/**
 * Goes on with a paused issue. Under another provider account than the freeze's only when a person agrees; what is in doubt
 * under the old one becomes unknown then, because the new one does not know its keys.
 */
export async function resumeSendingIssue(
  ctx: Context,
  { number, by, acceptsProvider }: ResumeSending,
): Promise<Issue | Refusal> {
  return withIssueNamed<Issue | Refusal>(ctx.db, number, async (issue) => {
    // Read only to ask the person; workers check again under their lock.
    const isOther = issue.providerIdentity !== null && issue.providerIdentity !== ctx.mailer.identity;
    if (isOther && !acceptsProvider) return refuseOther(number);
    if (isOther && issue.state === 'paused') await giveUpDoubts(ctx, issue.id);
    const isTripped = issue.guardTrippedAt !== null;
    const set = {
      ...(isOther ? { providerIdentity: ctx.mailer.identity } : {}),
      ...(isTripped ? await acceptFigures(ctx.db, issue, { at: ctx.clock.now(), by }) : {}),
    };
    const resumed = await resumeIssue(ctx, { number, by, set });
    if (!isRefusal(resumed)) await ringDueBatches(ctx);
    return resumed;
  });
}

function refuseOther(number: number): Refusal<'other-provider'> {
  return {
    refused: 'other-provider',
    sentence: `Issue ${number} was bound to another provider account than the one configured now; \`issue resume ${number} --accept-provider\` goes on under this one.`,
  };
}

async function giveUpDoubts(ctx: Context, issueId: string): Promise<void> {
  await inTransaction(ctx.db, async (tx) => {
    const doubts = await sql<{ id: string }>`
      select id from batches where issue_id = ${issueId} and state in ('doubt', 'calling', 'blocked')
      order by id for update`.execute(tx);
    for (const batch of doubts.rows)
      await giveUpBatch(tx, batch.id, 'the provider account was changed before it was known');
  });
}
