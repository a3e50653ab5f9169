import { Temporal } from 'temporal-polyfill';
import { isRefusal, type Refusal } from '../platform/refusal.ts';
import { normaliseAddress } from '../suppressions/address.ts';
import type { SuppressionReason } from '../suppressions/suppression.ts';
import { countCharacters, normaliseName, normaliseTimeZone, normaliseTopics } from './profile.ts';
import type { SubscriberState } from './subscriber.ts';

/** The header of a subscriber file; the columns may stand in any order. */
export const importColumns = ['email', 'name', 'status', 'timeZone', 'topics', 'confirmedAt', 'consentSource'] as const;
export type ImportColumn = (typeof importColumns)[number];
export type ImportRow = Record<ImportColumn, string>;

export const consentSourceLengthLimit = 200;
const topicSeparator = ';';

/** One row of the file, understood. */
export interface ImportedSubscriber {
  address: string;
  name: string | null;
  state: Exclude<SubscriberState, 'erased'>;
  suppression: Extract<SuppressionReason, 'bounced' | 'complained'> | null;
  timeZone: string;
  topics: string[];
  consent: { confirmedAt: Date; source: string } | null;
}

/** Reads a row's values; a refusal says what is wrong with it. `now` bounds the consent: nobody agrees in the future. */
export function readImportRow(row: ImportRow, now: Date): ImportedSubscriber | Refusal {
  const unreadable = findUnreadable(row);
  if (unreadable) return unreadable;
  const address = normaliseAddress(row.email);
  if (isRefusal(address)) return address;
  const name = normaliseName(row.name);
  if (isRefusal(name)) return name;
  const timeZone = normaliseTimeZone(row.timeZone);
  if (isRefusal(timeZone)) return timeZone;
  const topics = normaliseTopics(row.topics.split(topicSeparator));
  if (isRefusal(topics)) return topics;
  const consent = readConsent(row, now);
  if (isRefusal(consent)) return consent;
  const standing = readStatus(row.status, consent !== null);
  if (isRefusal(standing)) return standing;
  return { address, name, timeZone, topics, consent, ...standing };
}

function findUnreadable(row: ImportRow): Refusal | undefined {
  const text = Object.values(row).join('');
  if (text.includes('\0')) {
    return { refused: 'null-byte', sentence: 'The row contains a null byte: write the file as plain UTF-8 text.' };
  }
  if (!text.includes('\ufffd')) return undefined;
  return { refused: 'not-utf-8', sentence: 'The row is not UTF-8 text: save the file as UTF-8 and import it again.' };
}

/** Both consent fields, or null where one is missing. */
function readConsent(row: ImportRow, now: Date): ImportedSubscriber['consent'] | Refusal {
  const source = row.consentSource.replace(/\s+/g, ' ').trim();
  if (countCharacters(source) > consentSourceLengthLimit) {
    return {
      refused: 'consent-source-too-long',
      sentence: `consentSource is longer than ${consentSourceLengthLimit} characters: shorten it.`,
    };
  }
  const text = row.confirmedAt.trim();
  if (text === '') return null;
  const confirmedAt = parseDate(text);
  if (confirmedAt === undefined || confirmedAt.getTime() < 0 || confirmedAt > now) {
    return {
      refused: 'bad-date',
      sentence: 'confirmedAt is not a date of the past: write it as 2026-03-31 or 2026-03-31T18:00:00Z.',
    };
  }
  return source === '' ? null : { confirmedAt, source };
}

const dateForm = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(Z|[+-]\d\d(?::?\d\d)?)?)?$/i;

/** An ISO 8601 date or time; without a zone it is UTC. Undefined for days that do not exist. */
function parseDate(text: string): Date | undefined {
  const form = dateForm.exec(text);
  if (form === null) return undefined;
  try {
    const instant = form[1]
      ? Temporal.Instant.from(text)
      : Temporal.PlainDateTime.from(text).toZonedDateTime('UTC').toInstant();
    return new Date(instant.epochMilliseconds);
  } catch {
    return undefined;
  }
}

type Standing = Pick<ImportedSubscriber, 'state' | 'suppression'>;

function readStatus(text: string, hasConsent: boolean): Standing | Refusal<'missing-consent'> {
  const consented = hasConsent ? 'active' : 'pending';
  switch (text.trim().toLowerCase()) {
    case 'active':
      return hasConsent ? { state: 'active', suppression: null } : missingConsent;
    case 'unsubscribed':
      return { state: 'unsubscribed', suppression: null };
    // Suppressed is no state: what the person agreed to stays, and the address is not mailed.
    case 'bounced':
      return { state: consented, suppression: 'bounced' };
    case 'complained':
      return { state: consented, suppression: 'complained' };
    default:
      return { state: 'pending', suppression: null };
  }
}

const missingConsent: Refusal<'missing-consent'> = {
  refused: 'missing-consent',
  sentence:
    'An active subscriber needs confirmedAt and consentSource: add both, or leave the status empty for pending.',
};
