import type { IssueState } from './issue.ts';

/** Which state may follow which; the states of an issue that has gone out or ended lead nowhere. */
const followers: Record<IssueState, readonly IssueState[]> = {
  draft: ['approved', 'skipped', 'cancelled'],
  approved: ['draft', 'sending', 'skipped', 'cancelled'],
  sending: ['paused', 'sent', 'cancelled'],
  paused: ['sending', 'sent', 'cancelled'],
  sent: [],
  skipped: [],
  cancelled: [],
};

/** The states of which at most one issue may be at a time. */
export const openStates = ['draft', 'approved', 'sending', 'paused'] as const satisfies readonly IssueState[];

/** Whether an issue may go from one state to another; staying is no change and answers no. */
export function canBecome(from: IssueState, to: IssueState): boolean {
  return followers[from].includes(to);
}

/** Whether the issue is one of those of which there may be only one. */
export function isOpen(state: IssueState): boolean {
  return openStates.some((open) => open === state);
}
