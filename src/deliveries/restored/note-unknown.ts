import type { Context } from '../../context.ts';
import { findOpenIssue, lockIssue } from '../../issues/queries.ts';
import {
  describeWentOut,
  findWentOut,
  type FoundPick,
  listFoundPicks,
  noteUnknownIssue,
  type UnknownIssue,
} from '../../issues/unknown-issues.ts';
import { voidApproval } from '../../issues/void-approval.ts';
import type { IssueState } from '../../issues/issue.ts';
import { failpoint } from '../../platform/failpoint.ts';
import { isRefusal } from '../../platform/refusal.ts';
import { inTransaction } from '../../platform/transaction.ts';

/** An unknown issue as it was noted, with what of it is here. */
export interface NotedIssue extends Omit<UnknownIssue, 'picks'> {
  picks: FoundPick[];
}

/** Keeps the unknown issues, so that nothing they carried is picked again; run again after it died, it goes on. */
export async function noteUnknown(ctx: Context, unknown: readonly UnknownIssue[]): Promise<NotedIssue[]> {
  const at = ctx.clock.now();
  const noted: NotedIssue[] = [];
  for (const issue of unknown) {
    await inTransaction(ctx.db, (tx) => noteUnknownIssue(tx, issue, at));
    noted.push({ ...issue, picks: await listFoundPicks(ctx.db, issue.id) });
    failpoint('after-unknown');
  }
  return noted;
}

/** An issue here that repeats one that went out unknown to it, and what became of it. */
export interface Repeating {
  number: number | null;
  state: IssueState;
  wasApproved: boolean;
  sentence: string;
}

/**
 * Takes the approval of the open issue back where it repeats an unknown one; a draft is kept back by its checks, and what is going
 * out already is only told of. Whoever approves it this moment ends first.
 */
export async function stopRepeating(ctx: Context, by: string): Promise<Repeating | undefined> {
  const open = await findOpenIssue(ctx.db);
  if (open === undefined) return undefined;
  const issue = await inTransaction(ctx.db, (tx) => lockIssue(tx, open.id));
  const wentOut = await findWentOut(ctx.db, issue);
  if (wentOut === undefined) return undefined;
  const { number, state } = issue;
  const sentence = describeWentOut(wentOut);
  if (state !== 'approved' || number === null) return { number, state, wasApproved: false, sentence };
  const voided = await voidApproval(ctx, { number, by, why: sentence });
  if (isRefusal(voided)) throw new Error(voided.sentence);
  return { number, state: voided.state, wasApproved: true, sentence };
}
