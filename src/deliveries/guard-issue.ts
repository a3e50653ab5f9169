import { sql } from 'kysely';
import type { Context } from '../context.ts';
import type { Db, Tx } from '../database.ts';
import type { GuardBaseline, GuardFigures } from '../issues/issue.ts';
import { pauseSendingIssue } from '../issues/pause-issue.ts';
import { type Issue, lockIssue } from '../issues/queries.ts';
import { raiseAlert, raiseAlertOnce } from '../mails/raise-alert.ts';
import { inTransaction } from '../platform/transaction.ts';
import { describeTrip, figuresSince, judgeFigures } from './guard.ts';

/**
 * Pauses an issue whose bounces or complaints are over the limits, with an alert; where everything has gone out already, the alert
 * alone. Sixteen counters are read, no delivery is: it may be asked at every event and every second.
 */
export async function guardIssue(ctx: Context, issueId: string): Promise<void> {
  if (!(await isOverLimits(ctx.db, issueId))) return;
  await inTransaction(ctx.db, (tx) => tripIn(ctx, tx, issueId));
}

async function tripIn(ctx: Context, tx: Tx, issueId: string): Promise<void> {
  const issue = await lockIssue(tx, issueId);
  const figures = figuresSince(await readFigures(tx, issueId), issue.guardBaseline);
  const what = judgeFigures(figures);
  if (what === undefined) return;
  const words = describeTrip(what, figures);
  const alert = { code: 'guard-limits-passed', entity: 'issue', entityId: issueId };
  if (issue.state === 'sent') {
    const sentence = `Of issue ${issue.number}, which is sent, ${words}; look into it before the next one.`;
    return raiseAlertOnce({ db: tx, log: ctx.log }, { ...alert, code: `${alert.code}-late`, sentence });
  }
  if (issue.state !== 'sending') return;
  const at = ctx.clock.now();
  const reason = `guard: ${words}; \`issue resume\` goes on, \`issue cancel\` drops what waits.`;
  await pauseSendingIssue(tx, { issueId, by: 'guard', reason, at });
  await tx.updateTable('issues').set({ guardTrippedAt: at }).where('id', '=', issueId).execute();
  await raiseAlert({ db: tx, log: ctx.log }, { ...alert, sentence: `Issue ${issue.number} is paused: ${reason}` });
}

/** Whether the guard would stop this issue by what was reported so far; never where it is switched off. */
export async function isOverLimits(db: Db, issueId: string): Promise<boolean> {
  const issue = await db.selectFrom('issues').select('guardBaseline').where('id', '=', issueId).executeTakeFirst();
  if (issue === undefined || !(await isGuardOn(db))) return false;
  return judgeFigures(figuresSince(await readFigures(db, issueId), issue.guardBaseline)) !== undefined;
}

/** The setting; on where there is no schedule yet. */
export async function isGuardOn(db: Db): Promise<boolean> {
  const off = await db.selectFrom('schedules').select('id').where('guardOn', '=', false).limit(1).executeTakeFirst();
  return off === undefined;
}

/** What the provider has reported of an issue so far. */
export async function readFigures(db: Db, issueId: string): Promise<GuardFigures> {
  const { rows } = await sql<GuardFigures>`
    select coalesce(sum(delivered), 0)::integer as delivered, coalesce(sum(bounced), 0)::integer as bounced,
      coalesce(sum(complained), 0)::integer as complained
    from outcome_counts where issue_id = ${issueId}`.execute(db);
  return rows[0] ?? { delivered: 0, bounced: 0, complained: 0 };
}

/**
 * A person goes on after the guard has stopped an issue: from now on it looks at what is reported later. Answers the columns that
 * change with the resuming.
 */
export async function acceptFigures(db: Db, { id }: Pick<Issue, 'id'>, { at, by }: { at: Date; by: string }) {
  const baseline: GuardBaseline = { ...(await readFigures(db, id)), at: at.toISOString(), by };
  return { guardBaseline: JSON.stringify(baseline), guardTrippedAt: null };
}
