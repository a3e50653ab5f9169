import type { Expression, SqlBool } from 'kysely';
import { sql } from 'kysely';
import type { MailSummary } from './mail-queries.ts';
import { lastEvent, summaryColumns } from './mail-queries.ts';
import type { RequestOutcome, SandboxDb } from './tables.ts';

/** Rows on one page of the mailbox. */
export const mailboxPageCount = 50;

/** One page of a list and how many rows there are in all. */
export interface MailboxPage<Row> {
  rows: Row[];
  totalCount: number;
}

/** Which page to show; `number` begins at 1. */
export interface PageChoice {
  number: number;
  /** Part of an address or of a subject. */
  search: string;
}

/** Mails for the list, newest first. */
export async function listMailboxMails(
  db: SandboxDb,
  choice: PageChoice,
  now: Date,
): Promise<MailboxPage<MailSummary>> {
  const found = db.selectFrom('mails').$if(choice.search !== '', (query) => query.where(matchesSearch(choice.search)));
  const { count } = await found.select(sql<number>`count(*)::int`.as('count')).executeTakeFirstOrThrow();
  const rows = await found
    .select([...summaryColumns, lastEvent(now)])
    .orderBy('seq', 'desc')
    .limit(mailboxPageCount)
    .offset(offsetOf(choice))
    .execute();
  return { rows, totalCount: count };
}

/** An event in the webhook log. */
export interface LoggedWebhook {
  id: string;
  mailId: string | null;
  to: string[] | null;
  type: string;
  occurredAt: Date;
  attempts: number;
  lastStatus: string | null;
  deliveredAt: Date | null;
  nextAt: Date | null;
}

/** The webhook log, newest first; a search looks at the addresses. */
export async function listMailboxWebhooks(db: SandboxDb, choice: PageChoice): Promise<MailboxPage<LoggedWebhook>> {
  const found = db
    .selectFrom('events')
    .leftJoin('mails', 'mails.id', 'events.mailId')
    .$if(choice.search !== '', (query) => query.where(matchesSearch(choice.search)));
  const { count } = await found.select(sql<number>`count(*)::int`.as('count')).executeTakeFirstOrThrow();
  const rows = await found
    .select([
      'events.id',
      'mailId',
      'toAddresses as to',
      'type',
      'occurredAt',
      'attempts',
      'lastStatus',
      'deliveredAt',
      'nextAt',
    ])
    .orderBy('events.seq', 'desc')
    .limit(mailboxPageCount)
    .offset(offsetOf(choice))
    .execute();
  return { rows, totalCount: count };
}

/** The events of one mail, in the order they happened. */
export async function listWebhooksOfMail(db: SandboxDb, mailId: string): Promise<LoggedWebhook[]> {
  return db
    .selectFrom('events')
    .select(['id', 'mailId', 'type', 'occurredAt', 'attempts', 'lastStatus', 'deliveredAt', 'nextAt'])
    .select(sql<null>`null`.as('to'))
    .where('mailId', '=', mailId)
    .orderBy('occurredAt')
    .orderBy('seq')
    .limit(100)
    .execute();
}

/** A request in the log. */
export interface LoggedRequest {
  id: number;
  method: string;
  path: string;
  idempotencyKey: string | null;
  outcome: RequestOutcome;
  status: number | null;
  errorName: string | null;
  fault: string | null;
  mailCount: number;
  startedAt: Date;
}

/** What was asked of the stand-in, newest first; a search looks at the keys. */
export async function listMailboxRequests(db: SandboxDb, choice: PageChoice): Promise<MailboxPage<LoggedRequest>> {
  const found = db
    .selectFrom('requests')
    .$if(choice.search !== '', (query) => query.where('idempotencyKey', 'ilike', patternOf(choice.search)));
  const { count } = await found.select(sql<number>`count(*)::int`.as('count')).executeTakeFirstOrThrow();
  const rows = await found
    .select([
      'id',
      'method',
      'path',
      'idempotencyKey',
      'outcome',
      'status',
      'errorName',
      'fault',
      'mailCount',
      'startedAt',
    ])
    .orderBy('id', 'desc')
    .limit(mailboxPageCount)
    .offset(offsetOf(choice))
    .execute();
  return { rows, totalCount: count };
}

function matchesSearch(search: string): Expression<SqlBool> {
  const pattern = patternOf(search);
  return sql<SqlBool>`(subject ilike ${pattern} or to_addresses::text ilike ${pattern})`;
}

/** The searched text anywhere, its own wildcards taken as text. */
function patternOf(search: string): string {
  return `%${search.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
}

function offsetOf({ number }: PageChoice): number {
  return (number - 1) * mailboxPageCount;
}
