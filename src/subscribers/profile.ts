import type { Refusal } from '../platform/refusal.ts';

/** What a subscriber may say about themselves, in the form it is kept. Lengths in characters. */
export const nameLengthLimit = 200;
export const topicsCountLimit = 20;
export const topicLengthLimit = 60;
export const defaultTimeZone = 'UTC';

/** Control characters, and those that turn the direction of the text around them. */
const controls = /[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]+/gu;

/** Characters as Postgres counts them: code points. */
export function countCharacters(text: string): number {
  return Array.from(text).length;
}

/** A name as kept: control characters become blanks, runs of blanks one; null when nothing is left. */
export function normaliseName(text: string): string | null | Refusal<'name-too-long'> {
  const name = text.replace(controls, ' ').replace(/\s+/g, ' ').trim();
  if (countCharacters(name) > nameLengthLimit) {
    return { refused: 'name-too-long', sentence: `The name is longer than ${nameLengthLimit} characters: shorten it.` };
  }
  return name === '' ? null : name;
}

/** The part of a name that a mail calls its reader by. */
export function firstNameOf(name: string | null): string | null {
  return name?.trim().split(/\s+/)[0] || null;
}

/** Topics as kept: lower case, each once, in the order given. */
export function normaliseTopics(texts: readonly string[]): string[] | Refusal<'too-many-topics' | 'topic-too-long'> {
  const cleaned = texts.map((text) => text.replace(controls, ' ').replace(/\s+/g, ' ').trim().toLowerCase());
  const topics = [...new Set(cleaned)].filter((topic) => topic !== '');
  if (topics.length > topicsCountLimit) {
    return { refused: 'too-many-topics', sentence: `More than ${topicsCountLimit} topics: leave some out.` };
  }
  if (topics.some((topic) => countCharacters(topic) > topicLengthLimit)) {
    return {
      refused: 'topic-too-long',
      sentence: `A topic is longer than ${topicLengthLimit} characters: shorten it.`,
    };
  }
  return topics;
}

const knownZones = new Set<string>();

/** An IANA time zone as given, such as Europe/Madrid; nothing given is UTC. Bare offsets are refused: they know no summer time. */
export function normaliseTimeZone(text: string): string | Refusal<'bad-time-zone'> {
  const zone = text.trim();
  if (zone === '') return defaultTimeZone;
  if (knownZones.has(zone) || isTimeZone(zone)) return zone;
  return {
    refused: 'bad-time-zone',
    sentence: 'This time zone is not known: write one such as Europe/Madrid, or leave it empty for UTC.',
  };
}

function isTimeZone(zone: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+){0,2}$/.test(zone) || zone.length > 64) return false;
  try {
    // One spelling a zone, because Postgres and Intl both take any case.
    const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions();
    if (timeZone === zone) knownZones.add(zone);
    return true;
  } catch {
    return false;
  }
}
