import { Temporal } from 'temporal-polyfill';
import { composeTimeOf, slotsRecordedLimit, type Schedule } from './schedule.ts';

/** A weekly moment on the wall clock of a zone; weekday is ISO: 1 Monday to 7 Sunday. */
export interface WeeklySlot {
  weekday: number;
  hour: number;
  minute: number;
  timeZone: string;
}

const daysPerWeek = 7;

/** The first slot strictly after a moment. Throws RangeError for a zone that does not exist. */
export function slotAfter(slot: WeeklySlot, after: Date): Date {
  const next = slotsAround(slot, after).find((at) => at > after);
  if (next === undefined) throw new Error(`no slot within two weeks after ${after.toISOString()}`);
  return next;
}

/** The last slot at or before a moment. Throws RangeError for a zone that does not exist. */
export function slotAtOrBefore(slot: WeeklySlot, moment: Date): Date {
  const last = slotsAround(slot, moment).findLast((at) => at <= moment);
  if (last === undefined) throw new Error(`no slot within two weeks before ${moment.toISOString()}`);
  return last;
}

/**
 * The slots whose compose time has come and that lie after `startsAt`, oldest first; the latest 53 at most.
 * The lead is hours of real time, so a clock change between draft and send does not move the send.
 */
export function slotsToRecord(schedule: Schedule, now: Date): Date[] {
  const slots: Date[] = [];
  // Nothing due lies later than this: the lead reaches less than a week ahead.
  let slotAt = slotAfter(schedule, now);
  if (composeTimeOf(slotAt, schedule) > now) slotAt = slotAtOrBefore(schedule, now);
  while (slotAt > schedule.startsAt && slots.length < slotsRecordedLimit) {
    slots.unshift(slotAt);
    slotAt = slotAtOrBefore(schedule, new Date(slotAt.getTime() - 1));
  }
  return slots;
}

/**
 * Monday of the calendar week a slot belongs to, such as `2026-11-23`: the week of the day it was meant for, also where a clock
 * change moved it past the end of that day.
 */
export function weekOf(slot: WeeklySlot, slotAt: Date): string {
  const day = Temporal.Instant.fromEpochMilliseconds(slotAt.getTime()).toZonedDateTimeISO(slot.timeZone).toPlainDate();
  const monday = day.subtract({ days: day.dayOfWeek - 1 });
  return (day.dayOfWeek < slot.weekday ? monday.subtract({ days: daysPerWeek }) : monday).toString();
}

/** The slots of the weeks round a moment, in order: two before to two after, which no zone change reaches across. */
function slotsAround(slot: WeeklySlot, moment: Date): Date[] {
  const day = Temporal.Instant.fromEpochMilliseconds(moment.getTime()).toZonedDateTimeISO(slot.timeZone).toPlainDate();
  const slotDay = day.add({ days: slot.weekday - day.dayOfWeek });
  return [-2, -1, 0, 1, 2].map((weeks) => slotOn(slot, slotDay.add({ days: weeks * daysPerWeek })));
}

/** `compatible` (RFC 5545): a time in a gap moves forward by the gap's length, one in a fold is its first passing. */
function slotOn(slot: WeeklySlot, day: Temporal.PlainDate): Date {
  const local = day.toPlainDateTime({ hour: slot.hour, minute: slot.minute });
  return new Date(local.toZonedDateTime(slot.timeZone, { disambiguation: 'compatible' }).epochMilliseconds);
}
