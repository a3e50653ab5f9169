import type { PickReasons } from './issue.ts';
import type { IssuePick } from './list-picks.ts';
import type { Issue } from './queries.ts';

/** One pick as it is shown: which comparison, and why it is there. */
export interface ShownPick {
  position: number;
  slug: string;
  title: string;
  version: number;
  score: number;
  reasons: PickReasons;
}

/** The facts of an issue that a person or a script asks for; times are ISO 8601 in UTC. */
export interface IssueSummary {
  number: number | null;
  state: Issue['state'];
  reason: string | null;
  sendAt: string | null;
  subject: string;
  preheader: string;
  composedAt: string;
  composedBy: string;
  approvedAt: string | null;
  frozenAt: string | null;
  sentAt: string | null;
  endedAt: string | null;
}

const iso = (at: Date | null): string | null => at?.toISOString() ?? null;

/** What `issue list --json` prints for each issue. */
export function summariseIssue(issue: Issue): IssueSummary {
  return {
    number: issue.number,
    state: issue.state,
    reason: issue.stateReason,
    sendAt: iso(issue.sendAt),
    subject: issue.subject,
    preheader: issue.preheader,
    composedAt: issue.composedAt.toISOString(),
    composedBy: issue.composedBy,
    approvedAt: iso(issue.approvedAt),
    frozenAt: iso(issue.frozenAt),
    sentAt: iso(issue.sentAt),
    endedAt: iso(issue.endedAt),
  };
}

/** What `issue show N --json` prints. */
export function detailIssue(issue: Issue, picks: readonly IssuePick[]): IssueSummary & { picks: ShownPick[] } {
  return { ...summariseIssue(issue), picks: picks.map(showPick) };
}

/** What `issue show N` prints on a terminal: state, times, subject, and each pick with its reasons. */
export function describeIssue(issue: Issue, picks: readonly IssuePick[]): string {
  const lines = [
    `${nameIssue(issue)}: ${issue.state}${issue.stateReason === null ? '' : ` (${issue.stateReason})`}`,
    `  send time  ${describeSendTime(issue)}`,
    `  subject    ${issue.subject}`,
    `  preheader  ${issue.preheader}`,
    '',
    ...picks.map(showPick).flatMap(describePick),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}

/** One line for each issue, for `issue list`. */
export function describeIssues(issues: readonly Issue[]): string {
  if (issues.length === 0) return 'No issue yet; `issue compose` drafts one.\n';
  const rows = issues.map((issue) => {
    const number = String(issue.number ?? '-').padStart(4);
    return `${number}  ${issue.state.padEnd(9)}  ${describeTime(issue.sendAt ?? issue.composedAt)}  ${issue.subject}`;
  });
  return `${rows.join('\n')}\n`;
}

function showPick({ position, version, score, reasons, comparison }: IssuePick): ShownPick {
  const { slug, title } = comparison;
  return { position, slug, title, version, score, reasons };
}

function describePick({ position, title, score, reasons }: ShownPick): string[] {
  const sentences = reasons.map(({ points, sentence }) => `     ${points.toFixed(1).padStart(5)}  ${sentence}`);
  return [`  ${String(position).padStart(2)}. ${title}  (${score.toFixed(1)})`, ...sentences];
}

function nameIssue({ number }: Issue): string {
  return number === null ? 'Issue without a number' : `Issue ${number}`;
}

function describeSendTime({ sendAt, number, state }: Issue): string {
  if (sendAt !== null) return describeTime(sendAt);
  return state === 'draft' || state === 'approved' ? `none; \`issue send ${number ?? 'N'}\` sends it` : 'none';
}

function describeTime(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
