import type { PageLine } from './lines.ts';
import { quoted, refuseAt, type PageRefusal } from './page-refusal.ts';

/** Longest address a page may give as its own. */
export const urlLengthLimit = 2000;

/** What a page says of itself. */
export interface PageHead {
  url: string | null;
  /** ISO 8601 in UTC. */
  publishedAt: string | null;
  /** The line that says it. */
  publishedLine: number | null;
}

const months = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
const publishedForm = /^Published(?: on|:)?\s+(.*\d.*)$/i;
const urlForm = /^(?:URL|Canonical):\s*(\S.*)$/i;

/** Whether a line of the head says when the page came out or where it stands. */
export function isHeadFact(text: string): boolean {
  return publishedForm.test(text) || urlForm.test(text);
}

/** Whether a line says when the page came out. */
export function isPublishedLine(text: string): boolean {
  return publishedForm.test(text);
}

/**
 * Reads the lines that say where and when a page came out. They stand above the first tool (a publication also right before
 * the closing line), each on a line of its own:
 * `Published 2026-11-03`, `Published: 2026-11-03T09:00:00Z`, `Published on November 3, 2026`, `Published 3 November 2026`;
 * `URL: https://...` or `Canonical: https://...`. A day without a time is its start in UTC, a time without a zone is UTC.
 */
export function readPageHead(head: readonly PageLine[], foot: readonly PageLine[]): PageHead | PageRefusal {
  const found: PageHead = { url: null, publishedAt: null, publishedLine: null };
  for (const line of [...head, ...foot]) {
    const published = publishedForm.exec(line.text)?.[1];
    const url = foot.includes(line) ? undefined : urlForm.exec(line.text)?.[1];
    const fact = published === undefined ? 'url' : 'publishedAt';
    if (published === undefined && url === undefined) continue;
    const value = published === undefined ? parseUrl(url ?? '') : parsePublishedAt(published)?.toISOString();
    if (value === undefined) return refuseAt(line.number, 'not-understood', describeForm(fact, line.text));
    if (found[fact] !== null && found[fact] !== value) {
      return refuseAt(line.number, 'contradiction', `${quoted(line.text)} says otherwise than a line before it`);
    }
    found[fact] = value;
    if (fact === 'publishedAt') found.publishedLine ??= line.number;
  }
  return found;
}

function describeForm(fact: 'url' | 'publishedAt', text: string): string {
  if (fact === 'url') return `${quoted(text)} is no web address: write it as "URL: https://example.com/page"`;
  return `${quoted(text)} is no date this program reads: write it as "Published 2026-11-03"`;
}

/** An address on the web in its normal form; undefined for anything that is not http(s) or carries a password. */
export function parseUrl(text: string): string | undefined {
  if (text.length > urlLengthLimit || !/^https?:\/\/\S+$/i.test(text) || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  return url.username === '' && url.password === '' ? url.href : undefined;
}

/** A moment from `2026-11-03`, `2026-11-03T09:00Z`, `November 3, 2026` or `3 November 2026`; undefined when there is no such day. */
export function parsePublishedAt(text: string): Date | undefined {
  const iso = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)\s?(Z|[+-]\d{2}:?\d{2})?)?$/i.exec(
    text.trim(),
  );
  if (iso !== null) {
    const day = readDay(Number(iso[1]), Number(iso[2]), Number(iso[3]));
    if (day === undefined || iso[4] === undefined) return day;
    const zone = (iso[5] ?? 'Z').toUpperCase().replace(/^([+-]\d{2})(\d{2})$/, '$1:$2');
    const moment = new Date(`${iso[1]}-${iso[2]}-${iso[3]}T${iso[4]}${zone}`);
    return Number.isNaN(moment.getTime()) ? undefined : moment;
  }
  const words = /^(?:([a-z]+)\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})|(\d{1,2})\.? ([a-z]+)\.? (\d{4}))$/i.exec(
    text.trim(),
  );
  if (words === null) return undefined;
  return readDay(Number(words[3] ?? words[6]), monthOf(words[1] ?? words[5] ?? ''), Number(words[2] ?? words[4]));
}

const monthNames = months.map((_, index) =>
  new Date(Date.UTC(2000, index)).toLocaleString('en', { month: 'long', timeZone: 'UTC' }).toLowerCase(),
);

function monthOf(word: string): number {
  const lower = word.toLowerCase().replace(/^sept$/, 'sep');
  return Math.max(months.indexOf(lower), monthNames.indexOf(lower)) + 1;
}

function readDay(year: number, month: number, day: number): Date | undefined {
  const moment = new Date(Date.UTC(year, month - 1, day));
  return year >= 1970 && moment.getUTCMonth() === month - 1 && moment.getUTCDate() === day ? moment : undefined;
}
