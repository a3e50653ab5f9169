import { sql } from 'kysely';
import type { RequestOutcome, SandboxDb } from './tables.ts';

const ledgerPageCount = 1_000;

/** One mail the stand-in accepted, as a checker needs it. */
export interface LedgerMail {
  seq: number;
  id: string;
  /** The log's number of the request that brought it, and its place in the batch. */
  requestId: number;
  position: number;
  to: string[];
  tags: Record<string, string>;
  idempotencyKey: string | null;
  at: Date;
}

/** One request that reached the stand-in, as a checker needs it. */
export interface LedgerRequest {
  id: number;
  method: string;
  path: string;
  idempotencyKey: string | null;
  bodyHash: string;
  outcome: RequestOutcome;
  /** Null when no answer was given. */
  status: number | null;
  errorName: string | null;
  fault: string | null;
  mailCount: number;
  at: Date;
  finishedAt: Date | null;
}

/** Everything the stand-in took and everything that was asked of it, in order. */
export interface SandboxLedger {
  mails: LedgerMail[];
  requests: LedgerRequest[];
}

/** Narrows the ledger's mails to those with a tag. */
export interface LedgerTag {
  name: string;
  value?: string | undefined;
}

/** The whole ledger: for tests and checkers, which compare it with what the product believes. */
export async function readSandboxLedger(db: SandboxDb, tag?: LedgerTag): Promise<SandboxLedger> {
  const ledger: SandboxLedger = { mails: [], requests: [] };
  for await (const mail of streamLedgerMails(db, tag)) ledger.mails.push(mail);
  for await (const request of streamLedgerRequests(db)) ledger.requests.push(request);
  return ledger;
}

/** Accepted mails in the order of acceptance, read in pages. */
export async function* streamLedgerMails(db: SandboxDb, tag?: LedgerTag): AsyncGenerator<LedgerMail> {
  const wanted = tag?.value === undefined ? undefined : JSON.stringify({ [tag.name]: tag.value });
  let after = 0;
  for (;;) {
    const page = await db
      .selectFrom('mails')
      .select(['seq', 'id', 'requestId', 'position', 'toAddresses as to', 'tags', 'idempotencyKey', 'acceptedAt as at'])
      .where('seq', '>', after)
      .$if(tag !== undefined, (query) => query.where(sql<boolean>`tags ? ${tag?.name}`))
      .$if(wanted !== undefined, (query) => query.where(sql<boolean>`tags @> ${wanted}::jsonb`))
      .orderBy('seq')
      .limit(ledgerPageCount)
      .execute();
    yield* page;
    if (page.length < ledgerPageCount) return;
    after = page.at(-1)?.seq ?? after;
  }
}

/** Requests in the order they came, read in pages. */
export async function* streamLedgerRequests(db: SandboxDb): AsyncGenerator<LedgerRequest> {
  let after = 0;
  for (;;) {
    const page = await db
      .selectFrom('requests')
      .select([
        'id',
        'method',
        'path',
        'idempotencyKey',
        'bodyHash',
        'outcome',
        'status',
        'errorName',
        'fault',
        'mailCount',
      ])
      .select(['startedAt as at', 'finishedAt'])
      .where('id', '>', after)
      .orderBy('id')
      .limit(ledgerPageCount)
      .execute();
    yield* page;
    if (page.length < ledgerPageCount) return;
    after = page.at(-1)?.id ?? after;
  }
}
