import type { Context } from '../context.ts';
import { withIssueNamed } from '../issues/find-issue.ts';
import { getIssue, type Issue, lockIssue } from '../issues/queries.ts';
import { isRefusal, type Refusal } from '../platform/refusal.ts';
import { inTransaction } from '../platform/transaction.ts';
import { recordAudit } from '../subscribers/audit.ts';
import { freezeIssue } from './freeze-issue.ts';
import { holdUnreadyIssue } from './hold-unready-issue.ts';
import { getSendingSwitch } from './sending-switch.ts';

export interface Beginning {
  number: number;
  by: string;
  /** The whole audience at once, however large; false unless told. */
  withoutCanary?: boolean;
}

/**
 * Sends an approved issue now: its time is set to this moment and the audience frozen. One that is going out or gone stays as it is.
 * What was asked for is written down first: where this process ends before the freeze, the next tick freezes it just so.
 */
export async function beginSending(
  ctx: Context,
  { number, by, withoutCanary = false }: Beginning,
): Promise<Issue | Refusal<'no-issue' | 'not-approved' | 'held' | 'provider-silent' | 'provider-unready'>> {
  const due = await withIssueNamed(ctx.db, number, (issue) => setDueNow(ctx, { issueId: issue.id, by, withoutCanary }));
  if (isRefusal(due)) return due;
  const unready = due.state === 'approved' ? await holdUnreadyIssue(ctx, due.id) : undefined;
  if (unready !== undefined) return unready;
  const frozen = due.state === 'approved' ? await freezeIssue(ctx, due.id) : undefined;
  const issue = await getIssue(ctx.db, due.id);
  return issue.state === 'approved' && frozen === undefined ? refuseGuarded(ctx, number) : issue;
}

async function refuseGuarded(ctx: Context, number: number): Promise<Refusal<'held' | 'provider-silent'>> {
  const { hold, reason } = await getSendingSwitch(ctx.db);
  if (hold !== null) return { refused: 'held', sentence: reason ?? 'Sending is held.' };
  return {
    refused: 'provider-silent',
    sentence: `The provider does not answer, or is asked too much just now, so it cannot be made sure that nobody gets issue ${number} twice; the service tries again each minute, and so does \`issue send ${number}\`.`,
  };
}

interface DueNow extends Required<Omit<Beginning, 'number'>> {
  issueId: string;
}

async function setDueNow(
  ctx: Context,
  { issueId, by, withoutCanary }: DueNow,
): Promise<Issue | Refusal<'not-approved'>> {
  return inTransaction(ctx.db, async (tx) => {
    const issue = await lockIssue(tx, issueId);
    if (issue.state === 'sending' || issue.state === 'paused' || issue.state === 'sent') return issue;
    if (issue.state !== 'approved') return refuseUnapproved(issue);
    const now = ctx.clock.now();
    const canaryPercent = withoutCanary ? 0 : null;
    const isDue = issue.sendAt !== null && issue.sendAt <= now;
    if (isDue && issue.canaryPercent === canaryPercent) return issue;
    const after = { sendAt: isDue ? issue.sendAt : now, canaryPercent };
    await recordAudit(tx, {
      actor: by,
      action: 'send-now',
      entity: 'issue',
      entityId: issueId,
      before: { sendAt: issue.sendAt, canaryPercent: issue.canaryPercent },
      after,
    });
    await tx.updateTable('issues').set(after).where('id', '=', issueId).execute();
    return { ...issue, ...after };
  });
}

function refuseUnapproved({ number, state }: Issue): Refusal<'not-approved'> {
  const mend =
    state === 'draft'
      ? `; look at it with \`issue preview ${number} --out DIR\`, then \`issue approve ${number}\``
      : '';
  return { refused: 'not-approved', sentence: `Issue ${number} is ${state}, not approved${mend}.` };
}
