import { composeTimeOf, graceEndOf, type Run, type Schedule } from '../schedule/schedule.ts';
import type { IssueState } from './issue.ts';

/** What a decision about a run needs to know of an issue. */
export interface RunIssue {
  number: number | null;
  state: IssueState;
  stateReason: string | null;
  /** Sentences of the checks that stop it; only a draft is asked. */
  blocking: readonly string[];
  /** A person has already taken an approval back: it is never given again by itself. */
  wasApproved: boolean;
}

export interface RunFacts {
  run: Pick<Run, 'slotAt'>;
  schedule: Pick<Schedule, 'draftLeadHours' | 'graceHours' | 'autoApprove'>;
  /** The issue composed for this run. */
  issue: RunIssue | null;
  /** Another issue that is still open. */
  openIssue: Pick<RunIssue, 'number' | 'state'> | null;
  now: Date;
}

/** `end` ends the run, and with `skipIssue` its draft too; the reason is a sentence a person reads. */
export type RunDecision =
  | { act: 'wait' }
  | { act: 'compose' }
  | { act: 'approve' }
  | { act: 'end'; state: 'acted' | 'expired' | 'skipped'; reason: string | null; skipIssue: boolean };

/** What to do about one due run now. A run is acted on once, never later than its grace, and never caught up silently. */
export function decideRun(facts: RunFacts): RunDecision {
  return facts.issue === null ? decideWithoutIssue(facts) : byIssueState[facts.issue.state](facts, facts.issue);
}

function decideWithoutIssue({ run, schedule, openIssue, now }: RunFacts): RunDecision {
  if (now > graceEndOf(run.slotAt, schedule)) {
    return end(
      'expired',
      `Nothing was running within ${schedule.graceHours} h after this send time; it is not caught up.`,
    );
  }
  if (now < composeTimeOf(run.slotAt, schedule)) return { act: 'wait' };
  if (openIssue === null) return { act: 'compose' };
  if (now < run.slotAt) return { act: 'wait' };
  return end('skipped', `Issue ${openIssue.number ?? '?'} was still ${openIssue.state} at this send time.`);
}

type Decide = (facts: RunFacts, issue: RunIssue) => RunDecision;

const wait: Decide = () => ({ act: 'wait' });
const wentOut: Decide = () => end('acted', null);
const cameToNothing: Decide = (_facts, issue) => end('skipped', issue.stateReason ?? `The issue was ${issue.state}.`);

const byIssueState: Record<IssueState, Decide> = {
  draft: decideDraft,
  approved: wait,
  sending: wentOut,
  paused: wentOut,
  sent: wentOut,
  skipped: cameToNothing,
  cancelled: cameToNothing,
};

function decideDraft({ run, schedule, now }: RunFacts, issue: RunIssue): RunDecision {
  if (now > graceEndOf(run.slotAt, schedule)) {
    const why = issue.blocking[0] ?? `Nobody approved it within ${schedule.graceHours} h after its send time.`;
    return { ...end('expired', why), skipIssue: true };
  }
  if (issue.blocking.length > 0) {
    return now < run.slotAt ? { act: 'wait' } : { ...end('skipped', issue.blocking.join(' ')), skipIssue: true };
  }
  return schedule.autoApprove && !issue.wasApproved ? { act: 'approve' } : { act: 'wait' };
}

type End = Extract<RunDecision, { act: 'end' }>;

function end(state: End['state'], reason: string | null): End {
  return { act: 'end', state, reason, skipIssue: false };
}
