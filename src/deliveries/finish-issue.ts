import type { Context } from '../context.ts';
import type { Db } from '../database.ts';
import { changeIssueState } from '../issues/change-issue-state.ts';
import { lockIssue } from '../issues/queries.ts';

/** `sending -> sent`, once nothing waits any more. Safe to call at any time, by several at once. */
export async function finishIssue(ctx: Context, issueId: string): Promise<void> {
  if (await hasWaiting(ctx.db, issueId)) return;
  await ctx.db.transaction().execute(async (tx) => {
    const issue = await lockIssue(tx, issueId);
    if (issue.state !== 'sending' || (await hasWaiting(tx, issueId))) return;
    await changeIssueState(tx, { issueId, to: 'sent', by: 'program', at: ctx.clock.now(), action: 'finish' });
  });
}

/** Finishes whatever a process that died left unfinished. */
export async function finishIssues(ctx: Context): Promise<void> {
  const sending = await ctx.db.selectFrom('issues').select('id').where('state', '=', 'sending').execute();
  for (const issue of sending) await finishIssue(ctx, issue.id);
}

async function hasWaiting(db: Db, issueId: string): Promise<boolean> {
  const waiting = await db
    .selectFrom('deliveries')
    .select('id')
    .where('issueId', '=', issueId)
    .where('state', '=', 'waiting')
    .limit(1)
    .executeTakeFirst();
  return waiting !== undefined;
}
