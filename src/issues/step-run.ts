import type { Context } from '../context.ts';
import type { Tx } from '../database.ts';
import { isRefusal } from '../platform/refusal.ts';
import { updateRun } from '../schedule/queries.ts';
import type { Run, Schedule } from '../schedule/schedule.ts';
import { approveIssueIn } from './approve-issue.ts';
import { changeIssueState } from './change-issue-state.ts';
import { composeIssueIn } from './compose-issue.ts';
import { decideRun, type RunDecision, type RunIssue } from './decide-run.ts';
import { findOpenIssue, hasApproval, lockIssue, type Issue } from './queries.ts';
import { listBlocks, renderDraft } from './render-draft.ts';

/** What was done about one run, for the log. */
export interface RunAct {
  slotAt: Date;
  did: 'composed' | 'approved' | 'acted' | 'expired' | 'skipped' | 'held' | 'failed';
  issueNumber: number | null;
  reason: string | null;
}

/** A run under its row lock, with what decides about it. */
export interface RunStep {
  run: Run;
  schedule: Schedule;
  now: Date;
}

type Ending = Extract<RunDecision, { act: 'end' }>;

const by = 'schedule';

/** Takes the one step that is due for a locked run; null when there is none. */
export async function stepRun(ctx: Context, tx: Tx, step: RunStep): Promise<RunAct | null> {
  const { run, schedule, now } = step;
  // Under its lock nobody approves or cancels the issue between decision and act.
  const issue = run.issueId === null ? null : await lockIssue(tx, run.issueId);
  const openIssue = issue === null ? ((await findOpenIssue(tx)) ?? null) : null;
  const runIssue = issue === null ? null : await readRunIssue(ctx, tx, { ...step, issue });
  const decision = decideRun({ run, schedule, issue: runIssue, openIssue, now });
  if (decision.act === 'end') return endRun(tx, { run, now, issue, decision });
  if (decision.act === 'compose') return composeForRun(tx, step);
  if (decision.act === 'approve' && issue !== null) return approveForRun(ctx, tx, { ...step, issue });
  return null;
}

/** Checks render the whole mail, so they are asked only where the answer decides something. */
async function readRunIssue(ctx: Context, tx: Tx, step: RunStep & { issue: Issue }): Promise<RunIssue> {
  const { run, schedule, now, issue } = step;
  const wasApproved = await hasApproval(tx, issue.id);
  const isAsked = issue.state === 'draft' && (now >= run.slotAt || (schedule.autoApprove && !wasApproved));
  const checks = isAsked ? (await renderDraft(ctx, tx, { issue, schedule, sendAt: run.slotAt })).checks : [];
  return {
    number: issue.number,
    state: issue.state,
    stateReason: issue.stateReason,
    blocking: listBlocks(checks),
    wasApproved,
  };
}

async function composeForRun(tx: Tx, step: RunStep): Promise<RunAct | null> {
  const { run, schedule, now } = step;
  const composed = await composeIssueIn(tx, { by, sendAt: run.slotAt, schedule, now });
  // Somebody composed by hand in this very moment: looked at again with the next tick.
  if (isRefusal(composed)) return null;
  if ('skipped' in composed) return waitForNews(tx, step, composed.skipped);
  await updateRun(tx, run.id, { issueId: composed.issue.id, reason: null });
  return { slotAt: run.slotAt, did: 'composed', issueNumber: composed.issue.number, reason: null };
}

/** What is imported before the send time still makes an issue; from then on there is none this week. */
async function waitForNews(tx: Tx, { run, now }: RunStep, reason: string): Promise<RunAct | null> {
  if (now >= run.slotAt) {
    const decision: Ending = { act: 'end', state: 'skipped', reason, skipIssue: false };
    return endRun(tx, { run, now, issue: null, decision });
  }
  if (run.reason === reason) return null;
  await updateRun(tx, run.id, { reason });
  return { slotAt: run.slotAt, did: 'held', issueNumber: null, reason };
}

async function approveForRun(ctx: Context, tx: Tx, step: RunStep & { issue: Issue }): Promise<RunAct> {
  const { run, issue, schedule } = step;
  const approved = await approveIssueIn(ctx, tx, { issue, by, sendAt: run.slotAt, schedule });
  const reason = isRefusal(approved) ? approved.sentence : null;
  return { slotAt: run.slotAt, did: reason === null ? 'approved' : 'held', issueNumber: issue.number, reason };
}

interface EndedRun extends Pick<RunStep, 'run' | 'now'> {
  issue: Issue | null;
  decision: Ending;
}

async function endRun(tx: Tx, { run, now, issue, decision }: EndedRun): Promise<RunAct> {
  const { state, reason, skipIssue } = decision;
  if (skipIssue && issue !== null) {
    await changeIssueState(tx, { issueId: issue.id, to: 'skipped', by, at: now, reason, action: 'skip' });
  }
  await updateRun(tx, run.id, { state, reason, endedAt: now });
  return { slotAt: run.slotAt, did: state, issueNumber: issue?.number ?? null, reason };
}
