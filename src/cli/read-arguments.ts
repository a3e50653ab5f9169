import { InvalidArgumentError } from 'commander';
import { parsePublishedAt } from '../comparisons/page-head.ts';
import { weekdays } from '../schedule/schedule.ts';

const numberLimit = 2_147_483_647;

/** The number of an issue. */
export function readNumber(text: string): number {
  if (!/^\d{1,10}$/.test(text) || Number(text) < 1 || Number(text) > numberLimit)
    throw new InvalidArgumentError('It must be the number of an issue, such as 1.');
  return Number(text);
}

/** What chance begins with. */
export function readSeed(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number, such as 7.');
  return Number(text);
}

/** A day. */
export function readDate(text: string): Date {
  const date = parsePublishedAt(text);
  if (date === undefined) throw new InvalidArgumentError('It must be a date such as 2026-11-03.');
  return date;
}

/** A web address. */
export function readUrl(text: string): string {
  if (!/^https?:\/\/[^\s/]+/.test(text) || !URL.canParse(text))
    throw new InvalidArgumentError('It must be an address such as https://example.com/compare/.');
  return text;
}

/** Reads a whole number from `least` to `most`. */
export function readWithin([least, most]: readonly [least: number, most: number]): (text: string) => number {
  return (text) => {
    const count = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
    if (count >= least && count <= most) return count;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}

/** A day of the week, whole or cut after three letters or more: `tuesday`, `Tue`. */
export function readWeekday(text: string): (typeof weekdays)[number] {
  const day = weekdays.find((name) => text.length >= 3 && name.startsWith(text.toLowerCase()));
  if (day === undefined) throw new InvalidArgumentError(`It must be one of ${weekdays.join(', ')}.`);
  return day;
}

/** A time of the day on a 24-hour clock. */
export function readTime(text: string): { hour: number; minute: number } {
  const [, hour, minute] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
  if (hour === undefined || minute === undefined)
    throw new InvalidArgumentError('It must be a time of the day such as 09:00.');
  return { hour: Number(hour), minute: Number(minute) };
}
