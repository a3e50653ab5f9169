import type { Context } from '../context.ts';
import { isRefusal, type Refusal } from '../platform/refusal.ts';
import { inTransaction } from '../platform/transaction.ts';
import { findRunDueOfIssue } from '../schedule/queries.ts';
import { changeIssueState } from './change-issue-state.ts';
import { withIssueNamed } from './find-issue.ts';
import { voidStandingApproval, type Issue } from './queries.ts';

export interface Voiding {
  number: number;
  by: string;
  /** Why, as a sentence a person reads. */
  why: string;
}

/**
 * Takes an approval back: the issue is a draft again, its revision is kept but no longer used, and its send time is that of
 * its slot or, without one, none.
 */
export async function voidApproval(
  ctx: Pick<Context, 'db' | 'clock'>,
  { number, by, why }: Voiding,
): Promise<Issue | Refusal<'no-issue' | 'wrong-state'>> {
  const at = ctx.clock.now();
  return withIssueNamed(ctx.db, number, ({ id: issueId }) =>
    inTransaction(ctx.db, async (tx) => {
      const run = await findRunDueOfIssue(tx, issueId);
      const set = { sendAt: run?.slotAt ?? null };
      const changed = await changeIssueState(tx, {
        issueId,
        to: 'draft',
        by,
        at,
        reason: why,
        action: 'void-approval',
        set,
      });
      if (isRefusal(changed)) return changed;
      await voidStandingApproval(tx, { issueId, at, why });
      return changed;
    }),
  );
}
