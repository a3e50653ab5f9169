import type { AliasedRawBuilder } from 'kysely';
import { sql } from 'kysely';
import type { SandboxDb } from './tables.ts';

/** Resend: a list page holds 1 to 100 mails, 20 unless told (docs: list-emails). */
export const mailPageLimit = 100;

/** A page of the provider's list: newest first, from after or before one mail. */
export interface MailCursor {
  limit: number;
  after?: string | undefined;
  before?: string | undefined;
}

/** A mail as lists show it. */
export interface MailSummary {
  seq: number;
  id: string;
  fromAddress: string;
  toAddresses: string[];
  cc: string[];
  bcc: string[];
  replyTo: string[];
  subject: string;
  acceptedAt: Date;
  /** The latest event that has happened, without `email.`; `queued` before the first. */
  lastEvent: string;
}

/** A mail whole. */
export interface StoredMail extends MailSummary {
  html: string | null;
  text: string | null;
  headers: Record<string, string>;
  tags: Record<string, string>;
  messageId: string;
  idempotencyKey: string | null;
}

/** The columns of a `MailSummary`, but for its last event. */
export const summaryColumns = [
  'seq',
  'mails.id',
  'fromAddress',
  'toAddresses',
  'cc',
  'bcc',
  'replyTo',
  'subject',
  'acceptedAt',
] as const;

/** A mail's latest event by `now`, for a select from `mails`. */
export function lastEvent(now: Date): AliasedRawBuilder<string, 'lastEvent'> {
  return sql<string>`coalesce((
    select replace(type, 'email.', '') from sandbox.events
    where mail_id = mails.id and occurred_at <= ${now} order by occurred_at desc, seq desc limit 1
  ), 'queued')`.as('lastEvent');
}

/** One page of all mails, newest first, and whether there are more beyond it. */
export async function listMailsFromCursor(
  db: SandboxDb,
  cursor: MailCursor,
  now: Date,
): Promise<{ mails: MailSummary[]; hasMore: boolean }> {
  const page = db
    .selectFrom('mails')
    .select([...summaryColumns, lastEvent(now)])
    .limit(cursor.limit + 1);
  if (cursor.before !== undefined) {
    const newer = await page.where('seq', '>', seqOf(db, cursor.before)).orderBy('seq', 'asc').execute();
    return { mails: newer.slice(0, cursor.limit).toReversed(), hasMore: newer.length > cursor.limit };
  }
  const { after } = cursor;
  const older = await page
    .$if(after !== undefined, (query) => query.where('seq', '<', seqOf(db, after ?? '')))
    .orderBy('seq', 'desc')
    .execute();
  return { mails: older.slice(0, cursor.limit), hasMore: older.length > cursor.limit };
}

function seqOf(db: SandboxDb, id: string) {
  return db.selectFrom('mails as cursor').select('cursor.seq').where('cursor.id', '=', id);
}

/** One mail whole; undefined for an id never given. */
export async function findMail(db: SandboxDb, id: string, now: Date): Promise<StoredMail | undefined> {
  if (!isUuid(id)) return undefined;
  return db
    .selectFrom('mails')
    .select([...summaryColumns, 'html', 'text', 'headers', 'tags', 'messageId', 'idempotencyKey', lastEvent(now)])
    .where('id', '=', id)
    .executeTakeFirst();
}

/** Whether a text has the form of the ids the stand-in gives. */
export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}
