import type { Context } from '../context.ts';
import { pauseSendingIssue } from '../issues/pause-issue.ts';
import { raiseAlert } from '../mails/raise-alert.ts';
import { isRefusal } from '../platform/refusal.ts';
import { inTransaction } from '../platform/transaction.ts';

const reasons = {
  late: 'late: a batch is more than 12 hours past due; `issue resume` sends what waits, `issue cancel` drops it.',
  'other-provider':
    'another provider account is configured than the one this issue was bound to; `issue resume --accept-provider` goes on under it.',
} as const;

/** `sending -> paused` by the program itself, with the reason and an alert; nothing where it is not sending any more. */
export async function pauseProgrammatically(ctx: Context, issueId: string, why: keyof typeof reasons): Promise<void> {
  const reason = reasons[why];
  const at = ctx.clock.now();
  const paused = await inTransaction(ctx.db, (tx) => pauseSendingIssue(tx, { issueId, by: 'program', reason, at }));
  if (isRefusal(paused)) return;
  const sentence = `Issue ${paused.number} is paused: ${reason}`;
  await raiseAlert(ctx, { code: `issue-paused-${why}`, sentence, entity: 'issue', entityId: issueId });
}
