import type { Selectable } from 'kysely';
import type { RunsTable, SchedulesTable } from './tables.ts';

/** When an issue goes out each week, and what is done by itself before and after. */
export type Schedule = Selectable<SchedulesTable>;

/** One slot of the schedule: due, acted, expired or skipped. */
export type Run = Selectable<RunsTable>;

/** The days of the week as they are written, ISO: the first is 1, Monday. */
export const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

/** What may be set, smallest and largest; the database holds the same. */
export const scheduleLimits = {
  weekday: [1, 7],
  hour: [0, 23],
  minute: [0, 59],
  draftLeadHours: [1, 144],
  graceHours: [1, 144],
  picksCount: [1, 12],
  minimumPicksCount: [1, 12],
  canaryPercent: [0, 50],
  canaryFromCount: [100, 100_000_000],
  canaryWaitMinutes: [1, 1_440],
} as const;

/** What a new installation starts with: Tuesdays at 09:00 UTC. */
export const defaultSlot = { weekday: 2, hour: 9, minute: 0, timeZone: 'UTC' };

/** Missed slots recorded after a long sleep, at most: one year of them. Older ones are not even recorded. */
export const slotsRecordedLimit = 53;

const hourMs = 3_600_000;

/** Adds hours of real time (not of the wall clock) to a moment; negative hours go back. */
export function addHours(at: Date, hours: number): Date {
  return new Date(at.getTime() + hours * hourMs);
}

/** When the issue of a slot is composed: the draft lead before its send time. */
export function composeTimeOf(slotAt: Date, schedule: Pick<Schedule, 'draftLeadHours'>): Date {
  return addHours(slotAt, -schedule.draftLeadHours);
}

/** The last moment at which a slot is still acted on; one millisecond later it is expired. */
export function graceEndOf(slotAt: Date, schedule: Pick<Schedule, 'graceHours'>): Date {
  return addHours(slotAt, schedule.graceHours);
}
