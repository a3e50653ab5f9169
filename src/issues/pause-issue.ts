import type { Context } from '../context.ts';
import type { Tx } from '../database.ts';
import type { Refusal } from '../platform/refusal.ts';
import { inTransaction } from '../platform/transaction.ts';
import { changeIssueState } from './change-issue-state.ts';
import { withIssueNamed } from './find-issue.ts';
import type { Issue } from './queries.ts';

export interface Pause {
  number: number;
  by: string;
  /** Why, as a sentence a person reads. */
  reason: string;
}

/** Stops the sending of an issue: batches already called finish, none is called after the commit. */
export async function pauseIssue(
  ctx: Pick<Context, 'db' | 'clock'>,
  { number, by, reason }: Pause,
): Promise<Issue | Refusal<'no-issue' | 'wrong-state'>> {
  const at = ctx.clock.now();
  return withIssueNamed(ctx.db, number, (issue) =>
    inTransaction(ctx.db, (tx) => pauseSendingIssue(tx, { issueId: issue.id, by, reason, at })),
  );
}

/** The same inside a transaction that has its own reasons: lateness, another provider, too many bounces. */
export async function pauseSendingIssue(
  tx: Tx,
  pause: { issueId: string; by: string; reason: string; at: Date },
): Promise<Issue | Refusal<'wrong-state'>> {
  return changeIssueState(tx, { ...pause, to: 'paused', action: 'pause' });
}
