import type { Updateable } from 'kysely';
import type { Context } from '../context.ts';
import type { Refusal } from '../platform/refusal.ts';
import { inTransaction } from '../platform/transaction.ts';
import { changeIssueState } from './change-issue-state.ts';
import { withIssueNamed } from './find-issue.ts';
import { lockIssue, type Issue } from './queries.ts';
import type { IssuesTable } from './tables.ts';

export interface Resume {
  number: number;
  by: string;
  /** Columns that change with it, such as the provider a person has agreed to. */
  set?: Updateable<IssuesTable>;
}

/** Goes on with the sending of a paused issue; lateness is counted from this moment on. */
export async function resumeIssue(
  ctx: Pick<Context, 'db' | 'clock'>,
  { number, by, set }: Resume,
): Promise<Issue | Refusal<'no-issue' | 'wrong-state' | 'not-paused'>> {
  const at = ctx.clock.now();
  return withIssueNamed(ctx.db, number, (named) =>
    inTransaction(ctx.db, async (tx) => {
      const issue = await lockIssue(tx, named.id);
      if (issue.state === 'approved') return refuseApproved(number);
      return changeIssueState(tx, { issueId: issue.id, to: 'sending', by, at, action: 'resume', set });
    }),
  );
}

/** Approved leads to sending too, but by the freeze alone. */
function refuseApproved(number: number): Refusal<'not-paused'> {
  return { refused: 'not-paused', sentence: `Issue ${number} is not paused; \`issue send ${number}\` sends it.` };
}
