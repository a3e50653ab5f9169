import { sql } from 'kysely';
import type { Db } from '../../database.ts';
import { type LedgerMail, readSandboxLedger } from '../../sandbox/ledger.ts';
import type { SandboxDb } from '../../sandbox/tables.ts';

/** One address of an issue: what the provider took, and what we believe. */
export interface LedgerLine {
  batch: number;
  address: string;
  /** The provider's ids of the mails it took for this address; one, unless something is wrong. */
  theirs: string[];
  state: string;
  /** The provider's id as we saved it; null where events alone told us of the mail. */
  ours: string | null;
  isEqual: boolean;
}

export interface BatchLine {
  batch: number;
  mails: number;
  /** How each call of it ended, in order. */
  calls: string[];
  theirs: number;
  ours: number;
  isEqual: boolean;
}

export interface LedgerBeside {
  lines: LedgerLine[];
  batches: BatchLine[];
  /** Mails of this issue the provider took for a delivery that we do not know. */
  strangers: number;
}

/** The provider's ledger of an issue beside ours, address by address. */
export async function readLedgerBeside(db: Db, sandboxDb: SandboxDb, issueId: string): Promise<LedgerBeside> {
  const { mails } = await readSandboxLedger(sandboxDb, { name: 'issue_id', value: issueId });
  const taken = groupByDelivery(mails);
  const rows = await sql<{ id: string; batch: number; address: string | null; state: string; ours: string | null }>`
    select d.id, b.ordinal as batch, d.address, d.state, m.provider_id as ours
    from deliveries d join batches b on b.id = d.batch_id left join provider_messages m on m.delivery_id = d.id
    where d.issue_id = ${issueId} order by b.ordinal, d.batch_position`.execute(db);
  const lines = rows.rows.map(({ id, batch, address, state, ours }) => {
    const theirs = taken.get(id) ?? [];
    const isTaken = theirs.length === 1 && theirs[0]?.to.join() === address;
    const isSameId = ours === null || ours === theirs[0]?.id;
    const isEqual = state === 'accepted' ? isTaken && isSameId : theirs.length === 0;
    return { batch, address: address ?? '', theirs: theirs.map((mail) => mail.id), state, ours, isEqual };
  });
  const known = new Set(rows.rows.map(({ id }) => id));
  const strangers = mails.filter((mail) => !known.has(mail.tags.delivery_id ?? '')).length;
  return { lines, strangers, batches: sumBatches(lines, await listCalls(db, issueId)) };
}

function groupByDelivery(mails: readonly LedgerMail[]): Map<string, LedgerMail[]> {
  const grouped = new Map<string, LedgerMail[]>();
  for (const mail of mails) {
    const id = mail.tags.delivery_id ?? '';
    grouped.set(id, [...(grouped.get(id) ?? []), mail]);
  }
  return grouped;
}

async function listCalls(db: Db, issueId: string): Promise<Map<number, string[]>> {
  const { rows } = await sql<{ batch: number; calls: string[] }>`
    select b.ordinal as batch, array_agg(case
      when c.verdict is null then 'lost' when c.verdict = 'yes' then 'taken'
      else coalesce(c.status::text, 'no answer') end order by c.started_at) as calls
    from calls c join batches b on b.id = c.batch_id where b.issue_id = ${issueId} group by 1`.execute(db);
  return new Map(rows.map(({ batch, calls }) => [batch, calls]));
}

function sumBatches(lines: readonly LedgerLine[], calls: Map<number, string[]>): BatchLine[] {
  const sums = new Map<number, BatchLine>();
  for (const line of lines) {
    const { batch } = line;
    const sum = sums.get(batch) ?? {
      batch,
      mails: 0,
      calls: calls.get(batch) ?? [],
      theirs: 0,
      ours: 0,
      isEqual: true,
    };
    sum.mails += 1;
    sum.theirs += line.theirs.length;
    sum.ours += line.state === 'accepted' ? 1 : 0;
    sum.isEqual &&= line.isEqual;
    sums.set(batch, sum);
  }
  return [...sums.values()];
}

/** The batches as a table, a line each. */
export function describeBatches({ batches }: LedgerBeside): string {
  const head = ['batch', 'mails', 'provider', 'ours', '', 'calls, in order'];
  const rows = batches.map(({ batch, mails, theirs, ours, isEqual, calls }) => [
    ...[batch, mails, theirs, ours].map(String),
    isEqual ? 'equal' : 'DIFFERS',
    calls.join(', '),
  ]);
  return [head, ...rows].map((cells) => `  ${cells.map(alignCell).join('  ')}`.trimEnd()).join('\n');
}

const columns = [5, 5, 8, 5, -7, -15];

/** Numbers to the right, words to the left. */
function alignCell(cell: string, index: number): string {
  const width = columns[index] ?? 0;
  return width < 0 ? cell.padEnd(-width) : cell.padStart(width);
}

/** Every address on a line of its own, for a file. */
export function writeLines({ lines }: LedgerBeside): string {
  return lines
    .map(({ batch, address, theirs, state, ours, isEqual }) =>
      [batch, address, theirs.join(' ') || '-', ours ?? '-', state, isEqual ? 'equal' : 'DIFFERS'].join('\t'),
    )
    .join('\n');
}
