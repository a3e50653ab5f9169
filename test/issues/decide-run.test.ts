import { describe, expect, test } from 'vitest';
import { decideRun, type RunFacts, type RunIssue } from '../../src/issues/decide-run.ts';
import type { IssueState } from '../../src/issues/issue.ts';
import { sampleSchedule } from '../schedule/sample-schedule.ts';

const slotAt = new Date('2026-11-24T09:00:00Z');
const before = '2026-11-24T08:59:59.999Z';
const onTime = '2026-11-24T09:00:00.000Z';
const graceEnd = '2026-11-24T21:00:00.000Z';
const pastGrace = '2026-11-24T21:00:00.001Z';

function facts(now: string, changes: Partial<RunFacts> = {}): RunFacts {
  return { run: { slotAt }, schedule: sampleSchedule(), issue: null, openIssue: null, now: new Date(now), ...changes };
}

function issue(changes: Partial<RunIssue> = {}): RunIssue {
  return { number: 3, state: 'draft', stateReason: null, blocking: [], wasApproved: false, ...changes };
}

const told = (given: RunFacts): string => {
  const decision = decideRun(given);
  return decision.act === 'end' ? `${decision.state}${decision.skipIssue ? ' with its issue' : ''}` : decision.act;
};

const reason = (given: RunFacts): unknown => {
  const decision = decideRun(given);
  return decision.act === 'end' ? decision.reason : undefined;
};

describe('a run without an issue', () => {
  const openIssue = { number: 2, state: 'sending' as const };
  test.each([
    ['waits until its lead has come', facts('2026-11-23T08:59:59.999Z'), 'wait'],
    ['composes at its lead', facts('2026-11-23T09:00:00.000Z'), 'compose'],
    ['104 still composes at the last moment of its grace', facts(graceEnd), 'compose'],
    ['104 is expired one millisecond past its grace', facts(pastGrace), 'expired'],
    ['104 is expired, not skipped, past its grace beside an open issue', facts(pastGrace, { openIssue }), 'expired'],
    ['waits before its send time for an open issue to end', facts(before, { openIssue }), 'wait'],
    ['is skipped at its send time when an issue is still open', facts(onTime, { openIssue }), 'skipped'],
    ['105 waits again when the clock steps back before its lead', facts('2026-11-23T08:00:00Z'), 'wait'],
  ])('%s', (_title, given, expected) => {
    expect(told(given)).toBe(expected);
  });
});

describe('a run with a draft', () => {
  const blocking = ['Issue 3 has 1 pick and needs 3.'];
  const autoApprove = sampleSchedule({ autoApprove: true });
  test.each([
    ['waits for a person before its send time', facts(before, { issue: issue() }), 'wait'],
    ['waits for a person within its grace', facts(graceEnd, { issue: issue() }), 'wait'],
    ['expires when nobody approved it in time', facts(pastGrace, { issue: issue() }), 'expired with its issue'],
    ['waits to be mended before its send time', facts(before, { issue: issue({ blocking }) }), 'wait'],
    ['106 is skipped when nobody mended it', facts(onTime, { issue: issue({ blocking }) }), 'skipped with its issue'],
    ['is approved by itself where that is set', facts(before, { schedule: autoApprove, issue: issue() }), 'approve'],
    ['is approved by itself within the grace', facts(graceEnd, { schedule: autoApprove, issue: issue() }), 'approve'],
    [
      'is not approved by itself past the grace',
      facts(pastGrace, { schedule: autoApprove, issue: issue() }),
      'expired with its issue',
    ],
    [
      'is not approved by itself while a check blocks',
      facts(before, { schedule: autoApprove, issue: issue({ blocking }) }),
      'wait',
    ],
    [
      'is not approved by itself after a person took that back',
      facts(before, { schedule: autoApprove, issue: issue({ wasApproved: true }) }),
      'wait',
    ],
  ])('%s', (_title, given, expected) => {
    expect(told(given)).toBe(expected);
  });
});

test.each<[IssueState, string]>([
  ['approved', 'wait'],
  ['sending', 'acted'],
  ['paused', 'acted'],
  ['sent', 'acted'],
  ['skipped', 'skipped'],
  ['cancelled', 'skipped'],
])('with an issue that is %s a run is: %s', (state, expected) => {
  for (const now of [before, onTime, pastGrace]) expect(told(facts(now, { issue: issue({ state }) }))).toBe(expected);
});

test('the reason names the issue that was in the way, the missing mend, or the reason of the issue', () => {
  expect(reason(facts(onTime, { openIssue: { number: 2, state: 'paused' } }))).toBe(
    'Issue 2 was still paused at this send time.',
  );
  expect(reason(facts(onTime, { issue: issue({ blocking: ['A.', 'B.'] }) }))).toBe('A. B.');
  expect(reason(facts(onTime, { issue: issue({ state: 'cancelled', stateReason: 'Wrong week.' }) }))).toBe(
    'Wrong week.',
  );
  expect(reason(facts(pastGrace))).toMatch(/within 12 h/);
});
