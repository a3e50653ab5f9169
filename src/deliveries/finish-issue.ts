import { sql } from 'kysely';
import type { Context } from '../context.ts';
import type { Db } from '../database.ts';
import { changeIssueState } from '../issues/change-issue-state.ts';
import { lockIssue } from '../issues/queries.ts';
import { inTransaction } from '../platform/transaction.ts';

/** `sending -> sent`, once nothing waits any more. Safe to call at any time, by several at once. */
export async function finishIssue(ctx: Context, issueId: string): Promise<void> {
  if (!(await mayBeFinished(ctx.db, issueId))) return;
  await inTransaction(ctx.db, async (tx) => {
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

/** Asked after every call and every event, so it looks at the batches alone: one that is open is closed by its next claim, if nobody waits in it. */
async function mayBeFinished(db: Db, issueId: string): Promise<boolean> {
  const { rows } = await sql`
    select from issues i where i.id = ${issueId} and i.state = 'sending' and not exists (
      select from batches b where b.issue_id = i.id and b.state in ('waiting', 'calling', 'doubt', 'blocked'))`.execute(
    db,
  );
  return rows.length > 0;
}

/** The whole truth, once, at the end: no delivery waits, wherever it is. */
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
