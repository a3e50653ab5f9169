import * as fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, test } from 'vitest';
import { defaultSlot, slotsRecordedLimit } from '../../src/schedule/schedule.ts';
import { slotAfter, slotAtOrBefore, slotsToRecord, type WeeklySlot } from '../../src/schedule/slots.ts';
import { sampleSchedule } from './sample-schedule.ts';

const zones = [
  'America/New_York',
  'Europe/Berlin',
  'America/Santiago',
  'Africa/Cairo',
  'Asia/Beirut',
  'Australia/Lord_Howe',
  'Pacific/Kiritimati',
];
const weekMs = 7 * 24 * 3_600_000;
const at = (text: string): Date => new Date(text);
const slot = (timeZone: string, weekday: number, time: string): WeeklySlot => {
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  return { weekday, hour, minute, timeZone };
};

/** Monday of the local week a moment lies in. */
function localWeek(moment: Date, timeZone: string): string {
  const day = Temporal.Instant.fromEpochMilliseconds(moment.getTime()).toZonedDateTimeISO(timeZone).toPlainDate();
  return day.subtract({ days: day.dayOfWeek - 1 }).toString();
}

function checkTenYears(weekly: WeeklySlot): void {
  const weeks: string[] = [];
  let moment = at('2024-01-01T12:00Z');
  while (moment < at('2034-01-02T00:00Z')) {
    const next = slotAfter(weekly, moment);
    if (weeks.length > 0)
      expect(Math.abs(next.getTime() - moment.getTime() - weekMs)).toBeLessThanOrEqual(2 * 3_600_000);
    weeks.push(localWeek(next, weekly.timeZone));
    moment = next;
  }
  expect(new Set(weeks).size).toBe(weeks.length);
  expect(weeks.length).toBeGreaterThanOrEqual(521);
}

describe('103 the stated shift rule', () => {
  test.each([
    ['New York, gap of an hour', slot('America/New_York', 7, '02:30'), '2026-03-02T00:00Z', '2026-03-08T07:30:00.000Z'],
    [
      'New York, fold: the first passing',
      slot('America/New_York', 7, '01:30'),
      '2026-10-26T12:00Z',
      '2026-11-01T05:30:00.000Z',
    ],
    ['Berlin, gap of an hour', slot('Europe/Berlin', 7, '02:30'), '2026-03-23T00:00Z', '2026-03-29T01:30:00.000Z'],
    [
      'Berlin, fold: the first passing',
      slot('Europe/Berlin', 7, '02:30'),
      '2026-10-19T00:00Z',
      '2026-10-25T00:30:00.000Z',
    ],
    [
      'Santiago, gap at midnight',
      slot('America/Santiago', 7, '00:00'),
      '2026-08-31T12:00Z',
      '2026-09-06T04:00:00.000Z',
    ],
    [
      'Santiago, half past in a midnight gap',
      slot('America/Santiago', 7, '00:30'),
      '2026-08-31T12:00Z',
      '2026-09-06T04:30:00.000Z',
    ],
    ['Cairo, gap at midnight', slot('Africa/Cairo', 5, '00:00'), '2026-04-20T00:00Z', '2026-04-23T22:00:00.000Z'],
    ['Beirut, gap at midnight', slot('Asia/Beirut', 7, '00:00'), '2026-03-24T00:00Z', '2026-03-28T22:00:00.000Z'],
    [
      'Lord Howe, gap of half an hour',
      slot('Australia/Lord_Howe', 7, '02:15'),
      '2026-09-28T00:00Z',
      '2026-10-03T15:45:00.000Z',
    ],
    ['Apia, a day that never was', slot('Pacific/Apia', 5, '09:00'), '2011-12-26T12:00Z', '2011-12-30T19:00:00.000Z'],
    ['Tuesday 09:00 UTC, from the day itself', defaultSlot, '2026-11-24T08:59:59.999Z', '2026-11-24T09:00:00.000Z'],
    ['Tuesday 09:00 UTC, strictly after', defaultSlot, '2026-11-24T09:00Z', '2026-12-01T09:00:00.000Z'],
    ['29 February', slot('UTC', 2, '09:00'), '2028-02-28T00:00Z', '2028-02-29T09:00:00.000Z'],
    ['31st of a month', slot('UTC', 7, '23:59'), '2027-01-28T00:00Z', '2027-01-31T23:59:00.000Z'],
  ])('%s', (...[, weekly, after, expected]) => {
    expect(slotAfter(weekly, at(after)).toISOString()).toBe(expected);
    expect(slotAtOrBefore(weekly, at(expected)).toISOString()).toBe(expected);
  });
});

test('in a fold the second passing of the same wall time does not fire again', () => {
  const weekly = slot('Europe/Berlin', 7, '02:30');
  const first = at('2026-10-25T00:30Z');
  expect(slotAfter(weekly, first).toISOString()).toBe('2026-11-01T01:30:00.000Z');
  expect(slotAtOrBefore(weekly, at('2026-10-25T01:30Z'))).toEqual(first);
});

describe.each(zones)('103 ten years in %s', (timeZone) => {
  test('every week has one slot, never none, never two', () => {
    const anySlot = fc.record({
      weekday: fc.integer({ min: 1, max: 7 }),
      hour: fc.constantFrom(0, 1, 2, 3, 9, 23),
      minute: fc.constantFrom(0, 15, 30, 59),
    });
    fc.assert(
      fc.property(anySlot, (part) => checkTenYears({ ...part, timeZone })),
      {
        numRuns: 4,
        examples: [[{ weekday: 7, hour: 0, minute: 0 }], [{ weekday: 5, hour: 0, minute: 0 }]],
      },
    );
  }, 120_000);

  test('105 after and at-or-before agree at any moment, so a jump of the clock finds the same slots', () => {
    const moments = fc.integer({ min: at('2024-01-01').getTime(), max: at('2034-01-01').getTime() });
    const weekly = slot(timeZone, 7, '00:30');
    const check = (ms: number): void => {
      const last = slotAtOrBefore(weekly, new Date(ms));
      const next = slotAfter(weekly, new Date(ms));
      expect(last.getTime()).toBeLessThanOrEqual(ms);
      expect(next.getTime()).toBeGreaterThan(ms);
      expect(slotAfter(weekly, last)).toEqual(next);
    };
    fc.assert(fc.property(moments, check), { numRuns: 50 });
  });
});

test('a zone that does not exist is a RangeError', () => {
  expect(() => slotAfter(slot('Mars/Olympus', 1, '09:00'), at('2026-01-01'))).toThrow(RangeError);
});

const schedule = sampleSchedule({ startsAt: at('2026-11-01T00:00Z') });
const recorded = (now: string): number => slotsToRecord(schedule, at(now)).length;

describe('slots to record', () => {
  test('a slot is recorded from its lead on, and not a millisecond before', () => {
    expect(recorded('2026-11-02T08:59:59.999Z')).toBe(0);
    expect(recorded('2026-11-02T09:00:00.000Z')).toBe(1);
  });
  test('104 after three weeks asleep every missed slot is recorded once, oldest first', () => {
    const slots = slotsToRecord(schedule, at('2026-11-24T20:00Z')).map((slotAt) => slotAt.toISOString().slice(0, 10));
    expect(slots).toEqual(['2026-11-03', '2026-11-10', '2026-11-17', '2026-11-24']);
  });
  test('a slot at the very moment the schedule starts belongs to the time before', () => {
    const late = { ...schedule, startsAt: at('2026-11-03T09:00Z') };
    expect(slotsToRecord(late, at('2026-11-03T10:00Z'))).toEqual([]);
    expect(
      slotsToRecord({ ...schedule, startsAt: at('2026-11-03T08:59:59.999Z') }, at('2026-11-03T10:00Z')),
    ).toHaveLength(1);
  });
  test('a sleep of years records the latest 53 slots', () => {
    const slots = slotsToRecord(sampleSchedule({ startsAt: at('2020-01-01') }), at('2026-11-24T20:00Z'));
    expect(slots).toHaveLength(slotsRecordedLimit);
    expect(slots.at(-1)?.toISOString()).toBe('2026-11-24T09:00:00.000Z');
    expect(slotsToRecord(sampleSchedule({ startsAt: slots[0] ?? at('2020') }), at('2026-11-24T20:00Z'))).toHaveLength(
      52,
    );
  });
});
