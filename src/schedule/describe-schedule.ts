import { Temporal } from 'temporal-polyfill';
import { countOf } from '../platform/count-of.ts';
import { composeTimeOf, type Run, type Schedule, weekdays } from './schedule.ts';

/** When the schedule acts next, and what for. */
export interface NextSlot {
  slotAt: Date;
  /** Its run, once the draft is due. */
  run: Run | null;
  /** Where that is a send time of the rule before, kept for its week: the first one of the rule of now. */
  ruleHoldsFrom: Date | null;
}

/** What `schedule show --json` prints; times are ISO 8601 in UTC, shares in per cent. */
export function summariseSchedule(schedule: Schedule, next: NextSlot | null) {
  const { weekday, hour, minute, timeZone, pausedAt, version, id: _id, startsAt, ...settings } = schedule;
  return {
    version,
    day: dayOf(weekday),
    time: clockTime({ hour, minute }),
    timeZone,
    paused: pausedAt !== null,
    startsAt: startsAt.toISOString(),
    nextSendAt: next?.slotAt.toISOString() ?? null,
    nextSendIsOfRuleBefore: next !== null && next.ruleHoldsFrom !== null,
    nextDraftAt: next === null ? null : composeTimeOf(next.slotAt, schedule).toISOString(),
    ...settings,
  };
}

/** The schedule as a person reads it. */
export function describeSchedule(schedule: Schedule, next: NextSlot | null): string {
  const { draftLeadHours, graceHours, picksCount, minimumPicksCount, autoApprove, guardOn, timeZone } = schedule;
  const { canaryPercent, canaryFromCount, canaryWaitMinutes } = schedule;
  const canary =
    canaryPercent === 0
      ? 'off'
      : `${canaryPercent} % of a send to ${canaryFromCount} or more go ahead, the rest ${countOf(canaryWaitMinutes, 'minute')} later`;
  return [
    `${capital(dayOf(schedule.weekday))}s at ${clockTime(schedule)}, ${timeZone}${schedule.pausedAt === null ? '' : ' (paused)'}`,
    `  next send  ${describeNext(next, timeZone)}`,
    `  draft      ${hours(draftLeadHours)} before; after the send time an issue may still go out for ${hours(graceHours)}`,
    `  picks      ${picksCount} at most, ${minimumPicksCount} at least`,
    `  approval   ${autoApprove ? 'by itself, where no check stops it' : 'by a person'}`,
    `  canary     ${canary}`,
    `  guard      ${guardOn ? 'on' : 'off'}`,
  ].join('\n');
}

function describeNext(next: NextSlot | null, timeZone: string): string {
  if (next === null) return 'none while it is paused';
  const sendTime = describeMoment(next.slotAt, timeZone);
  if (next.ruleHoldsFrom === null) return sendTime;
  const first = describeMoment(next.ruleHoldsFrom, timeZone);
  return `${sendTime}: this one keeps the send time of before the change\n             from then on ${first}`;
}

function describeMoment(moment: Date, timeZone: string): string {
  const local = Temporal.Instant.fromEpochMilliseconds(moment.getTime()).toZonedDateTimeISO(timeZone);
  const there = `${local.toPlainDate().toString()} ${clockTime(local)}`;
  return `${dayOf(local.dayOfWeek)} ${there} (${moment.toISOString().slice(0, 16).replace('T', ' ')} UTC)`;
}

function dayOf(weekday: number): string {
  return weekdays[weekday - 1] ?? '';
}

function clockTime({ hour, minute }: { hour: number; minute: number }): string {
  return `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
}

function hours(count: number): string {
  return count === 1 ? 'an hour' : `${count} hours`;
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
