import type { Context } from '../context.ts';
import type { Tx } from '../database.ts';
import { isRefusal, type Refusal } from '../platform/refusal.ts';
import { inTransaction } from '../platform/transaction.ts';
import { findSchedule } from '../schedule/queries.ts';
import type { Schedule } from '../schedule/schedule.ts';
import { changeIssueState, refuseChange } from './change-issue-state.ts';
import { withIssueNamed } from './find-issue.ts';
import { lockIssue, type Issue } from './queries.ts';
import { listBlocks, renderDraft } from './render-draft.ts';
import { insertApproval, insertRevision } from './revision-queries.ts';

export interface Approved {
  issue: Issue;
  revisionId: string;
  /** It was approved before, by a click a moment earlier or by somebody else; nothing was changed now. */
  already: boolean;
}

export type ApproveRefusal = Refusal<'no-issue' | 'wrong-state' | 'blocked'>;

export interface Approve {
  number: number;
  by: string;
  /** Without it the issue goes out at its slot or, having none, when a person sends it. */
  sendAt?: Date;
}

/** Renders, checks and stores the revision that every mail of the issue is made from; of two at once one is stored. */
export async function approveIssue(ctx: Context, { number, by, sendAt }: Approve): Promise<Approved | ApproveRefusal> {
  return withIssueNamed<Approved | ApproveRefusal>(ctx.db, number, ({ id }) =>
    inTransaction(ctx.db, async (tx) => {
      const issue = await lockIssue(tx, id);
      const schedule = await findSchedule(tx);
      return approveIssueIn(ctx, tx, { issue, by, sendAt: sendAt ?? issue.sendAt, schedule });
    }),
  );
}

export interface LockedApproval {
  /** Under its row lock. */
  issue: Issue;
  by: string;
  sendAt: Date | null;
  schedule: Schedule | undefined;
}

/** The same for an issue that the transaction has locked already. */
export async function approveIssueIn(
  ctx: Context,
  tx: Tx,
  { issue, by, sendAt, schedule }: LockedApproval,
): Promise<Approved | Refusal<'wrong-state' | 'blocked'>> {
  if (issue.state === 'approved' && issue.revisionId !== null) {
    return { issue, revisionId: issue.revisionId, already: true };
  }
  const at = ctx.clock.now();
  if (issue.state !== 'draft') return refuseChange(issue, 'approved');
  const { revision, checks } = await renderDraft(ctx, tx, { issue, schedule, sendAt: sendAt ?? at });
  const blocks = listBlocks(checks);
  if (revision === null || blocks.length > 0) return { refused: 'blocked', sentence: blocks.join(' ') };
  const revisionId = await insertRevision(tx, issue.id, revision);
  await insertApproval(tx, { issueId: issue.id, revisionId, by, at });
  const set = { revisionId, sendAt };
  const approved = await changeIssueState(tx, { issueId: issue.id, to: 'approved', by, at, action: 'approve', set });
  return isRefusal(approved) ? approved : { issue: approved, revisionId, already: false };
}
