import assert from 'node:assert/strict';
import type { Updateable } from 'kysely';
import type { Tx } from '../database.ts';
import type { Refusal } from '../platform/refusal.ts';
import { recordAudit } from '../subscribers/audit.ts';
import type { IssueState } from './issue.ts';
import { canBecome } from './issue-states.ts';
import { lockIssue, type Issue } from './queries.ts';
import type { IssuesTable } from './tables.ts';

export interface StateChange {
  issueId: string;
  to: IssueState;
  /** A person, or a part of the program such as `schedule`. */
  by: string;
  at: Date;
  /** Why, as a sentence a person reads; kept as the issue's state reason. */
  reason?: string | null;
  /** The verb for the audit log. */
  action: string;
  /** Columns that change with the state; those every change to this state brings are set here. */
  set?: Updateable<IssuesTable>;
}

/**
 * Changes the state of an issue under its row lock, with its audit row. Refused where the present state does not lead there,
 * so that of two at once only the first changes anything.
 */
export async function changeIssueState(tx: Tx, change: StateChange): Promise<Issue | Refusal<'wrong-state'>> {
  const issue = await lockIssue(tx, change.issueId);
  if (!canBecome(issue.state, change.to)) return refuseChange(issue, change.to);
  const changed = await tx
    .updateTable('issues')
    .set({
      ...columnsOf(issue, change),
      ...change.set,
      state: change.to,
      stateReason: change.reason ?? null,
    })
    .where('id', '=', issue.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  assert(changed.state === change.to);
  await recordAudit(tx, {
    actor: change.by,
    action: change.action,
    entity: 'issue',
    entityId: issue.id,
    before: { state: issue.state, number: issue.number },
    after: { state: changed.state, number: changed.number },
    note: change.reason,
  });
  return changed;
}

/** What every change to a state brings: an issue that comes to nothing gives its number back, one that went out keeps it. */
function columnsOf(issue: Issue, { to, at }: StateChange): Updateable<IssuesTable> {
  switch (to) {
    case 'draft':
      return { approvedAt: null, revisionId: null };
    case 'approved':
      return { approvedAt: at };
    case 'sending':
      return issue.state === 'paused' ? { resumedAt: at } : { frozenAt: at };
    case 'sent':
      return { sentAt: at, endedAt: at };
    case 'skipped':
    case 'cancelled':
      return { endedAt: at, number: issue.frozenAt === null ? null : issue.number };
    default:
      return {};
  }
}

/** The refusal of a change that the present state does not lead to. */
export function refuseChange({ number, state, stateReason }: Issue, to: IssueState): Refusal<'wrong-state'> {
  const why = stateReason === null ? '' : ` (${stateReason.replace(/\.$/, '')})`;
  const name = number === null ? 'The issue' : `Issue ${number}`;
  const sentence =
    state === to
      ? `${name} is already ${state}${why}.`
      : `${name} is ${state}${why} and cannot become ${to} from there.`;
  return { refused: 'wrong-state', sentence };
}
