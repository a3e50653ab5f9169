import type { Context } from '../context.ts';
import type { Tx } from '../database.ts';
import { isRefusal, type Refusal } from '../platform/refusal.ts';
import { inTransaction } from '../platform/transaction.ts';
import { changeIssueState } from './change-issue-state.ts';
import { withIssueNamed } from './find-issue.ts';
import { lockIssue, voidStandingApproval, type Issue } from './queries.ts';

export interface Cancel {
  issueId: string;
  by: string;
  /** Why, as a sentence a person reads. */
  reason: string;
  at: Date;
}

/** Cancels a draft or approved issue; one that is being sent is for the deliveries to stop (refused as `already-sending`). */
export async function cancelIssue(
  ctx: Pick<Context, 'db' | 'clock'>,
  { number, by, reason }: { number: number; by: string; reason: string },
): Promise<Issue | Refusal<'no-issue' | 'wrong-state' | 'already-sending'>> {
  const at = ctx.clock.now();
  return withIssueNamed(ctx.db, number, (named) =>
    inTransaction(ctx.db, async (tx) => {
      const issue = await lockIssue(tx, named.id);
      if (issue.frozenAt === null) return changeToCancelled(tx, { issueId: issue.id, by, reason, at });
      return {
        refused: 'already-sending' as const,
        sentence: `Issue ${number} is ${issue.state}; its deliveries must be stopped too.`,
      };
    }),
  );
}

/** The change of state alone, for whoever stops the deliveries in the same transaction; locks the issue. */
export async function changeToCancelled(
  tx: Tx,
  { issueId, by, reason, at }: Cancel,
): Promise<Issue | Refusal<'wrong-state'>> {
  const changed = await changeIssueState(tx, { issueId, to: 'cancelled', by, at, reason, action: 'cancel' });
  if (isRefusal(changed)) return changed;
  // What has gone out was approved and stays so.
  if (changed.frozenAt === null) await voidStandingApproval(tx, { issueId, at, why: reason });
  return changed;
}
