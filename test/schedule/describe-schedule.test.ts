import { expect, test } from 'vitest';
import { describeSchedule, summariseSchedule } from '../../src/schedule/describe-schedule.ts';
import { sampleSchedule } from './sample-schedule.ts';

const next = { slotAt: new Date('2026-11-24T00:15:00Z'), run: null };
const schedule = sampleSchedule({ weekday: 1, hour: 0, minute: 15, timeZone: 'Australia/Lord_Howe' });

test('a send time kept from before an edit says so, with the first one of the rule', () => {
  const kept = { ...next, ruleHoldsFrom: new Date('2026-11-29T13:15:00Z') };
  expect(describeSchedule(schedule, kept).split('\n').slice(1, 3)).toEqual([
    '  next send  tuesday 2026-11-24 11:15 (2026-11-24 00:15 UTC): this one keeps the send time of before the change',
    '             from then on monday 2026-11-30 00:15 (2026-11-29 13:15 UTC)',
  ]);
  expect(summariseSchedule(schedule, kept)).toMatchObject({ nextSendIsOfRuleBefore: true });
});

test('a send time of the rule says nothing of the kind', () => {
  const usual = { slotAt: new Date('2026-11-29T13:15:00Z'), run: null, ruleHoldsFrom: null };
  expect(describeSchedule(schedule, usual)).toMatch(/next send {2}monday 2026-11-30 00:15 \(2026-11-29 13:15 UTC\)\n/);
  expect(summariseSchedule(schedule, usual)).toMatchObject({ nextSendIsOfRuleBefore: false });
  expect(summariseSchedule(schedule, null)).toMatchObject({ nextSendIsOfRuleBefore: false, nextSendAt: null });
});

test.each([
  [1, 'the rest 1 minute later'],
  [30, 'the rest 30 minutes later'],
])('a canary waits %i', (canaryWaitMinutes, words) => {
  expect(describeSchedule(sampleSchedule({ canaryWaitMinutes }), null)).toContain(words);
});
