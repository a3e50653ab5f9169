import type { Refusal } from '../platform/refusal.ts';

/** Most days a publication may lie ahead; one further off is taken for a slip of the pen. */
export const publicationAheadDaysLimit = 366;
const dayMs = 24 * 3_600_000;

/** When a page came out, or will, and where that is said: `line 3`, a field's name or an option's. */
export interface Publication {
  publishedAt: Date | null;
  place: string;
}

/** Refused when the publication lies too far ahead to be meant; the sentence begins with its place. */
export function refusePublication({ publishedAt, place }: Publication, now: Date): Refusal<'far-ahead'> | undefined {
  if (publishedAt === null || publishedAt.getTime() <= now.getTime() + publicationAheadDaysLimit * dayMs)
    return undefined;
  const words = `the publication ${wordsOf(publishedAt)} lies more than a year ahead: see whether the year is right`;
  return { refused: 'far-ahead', sentence: `${place}: ${words}` };
}

/** What a publication that is still to come means for a page; undefined when it has passed or is not known. */
export function warnOfPublication(publishedAt: Date | null, now: Date): string | undefined {
  if (publishedAt === null || publishedAt <= now) return undefined;
  return `not picked before ${wordsOf(publishedAt)}`;
}

/** A day where it is the start of one in UTC, as pages are read. */
function wordsOf(moment: Date): string {
  const [day = '', time = ''] = moment.toISOString().split('T');
  return time === '00:00:00.000Z' ? day : `${day} ${time.slice(0, 5)} UTC`;
}
