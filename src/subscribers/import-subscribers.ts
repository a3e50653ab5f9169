import type { Context } from '../context.ts';
import { type CsvRecord, readCsvRecords } from '../platform/csv-records.ts';
import { isRefusal, type Refusal } from '../platform/refusal.ts';
import { hashAddress } from '../suppressions/address.ts';
import { type HashedSubscriber, importChunk } from './import-chunk.ts';
import { type ImportColumn, importColumns, type ImportRow, readImportRow } from './import-row.ts';

/** Rows brought in by one transaction. */
export const importChunkSize = 500;

export interface RefusedRow extends Refusal {
  /** Line of the file on which the row begins; 1 is the header. */
  line: number;
}

export interface ImportReport {
  /** Rows read, the header and blank lines not counted: `added` + `known` + `refused`. */
  rows: number;
  /** New subscribers, by what they came in as; suppressed ones count under their reason. */
  added: Record<AddedAs, number>;
  /** Already known, suppressed, or a repetition of an earlier row: left as they are. */
  known: number;
  refused: number;
}
export type AddedAs = 'active' | 'pending' | 'unsubscribed' | 'bounced' | 'complained';

export interface ImportSource {
  /** The bytes of the file: a read stream, or any iterable of buffers. */
  bytes: AsyncIterable<Uint8Array>;
  /** Told of every refused row as it is met; rows are not kept. */
  onRefused?: (row: RefusedRow) => void;
  /** Told after every chunk. */
  onProgress?: (report: ImportReport) => void;
}

/**
 * Brings subscribers in from a CSV file, however large, in chunks of one transaction each: run again after a crash it goes on
 * where it stopped, because whoever is in is known. Nobody known, unsubscribed or suppressed is changed. A file that is no
 * subscriber file is refused as a whole; a row that cannot be taken is reported and the rest comes in.
 */
export async function importSubscribers(
  ctx: Pick<Context, 'db' | 'clock' | 'pepper'>,
  source: ImportSource,
): Promise<ImportReport | Refusal<'bad-header' | 'not-utf-8'>> {
  const records = readCsvRecords(source.bytes);
  const first = await records.next();
  const columns = readHeader(first.done ? undefined : first.value);
  if (isRefusal(columns)) return columns;
  const progress = startReport();
  let chunk = new Map<string, HashedSubscriber>();
  const settleChunk = async (): Promise<void> => {
    const added = await importChunk(ctx.db, [...chunk.values()], ctx.clock.now());
    progress.known += chunk.size - added.length;
    for (const { suppression, state } of added) progress.added[suppression ?? state] += 1;
    chunk = new Map();
    source.onProgress?.(structuredClone(progress));
  };
  for await (const record of records) {
    progress.rows += 1;
    const row = readRecord(record, columns, ctx.clock.now());
    if (isRefusal(row)) {
      progress.refused += 1;
      source.onRefused?.({ line: record.line, ...row });
      continue;
    }
    const addressHash = hashAddress(ctx.pepper, row.address);
    if (chunk.has(addressHash)) progress.known += 1;
    else chunk.set(addressHash, { ...row, addressHash });
    if (chunk.size === importChunkSize) await settleChunk();
  }
  await settleChunk();
  return progress;
}

function startReport(): ImportReport {
  return {
    rows: 0,
    added: { active: 0, pending: 0, unsubscribed: 0, bounced: 0, complained: 0 },
    known: 0,
    refused: 0,
  };
}

/** The position of each column, or why this is no subscriber file. */
function readHeader(header: CsvRecord | undefined): string[] | Refusal<'bad-header' | 'not-utf-8'> {
  const given = header?.fields ?? [];
  if (/[\0\ufffd]/.test(given.join(''))) {
    const sentence =
      'This file is not UTF-8 text (UTF-16, or a spreadsheet?): save it as CSV in UTF-8. Nothing was imported.';
    return { refused: 'not-utf-8', sentence };
  }
  const missing = importColumns.filter((column) => !given.includes(column));
  const unknown = given.filter((column, at) => !isImportColumn(column) || given.indexOf(column) !== at);
  if (missing.length === 0 && unknown.length === 0) return given;
  const faults = [
    ...(missing.length > 0 ? [`lacks ${missing.join(', ')}`] : []),
    ...(unknown.length > 0
      ? [
          `has ${unknown
            .slice(0, 5)
            .map((column) => JSON.stringify(column.slice(0, 40)))
            .join(', ')} too much`,
        ]
      : []),
  ];
  const sentence = `The header ${faults.join(' and ')}: it must be ${importColumns.join(',')}. Nothing was imported.`;
  return { refused: 'bad-header', sentence };
}

function isImportColumn(column: string): boolean {
  return importColumns.some((known) => known === column);
}

function readRecord(record: CsvRecord, columns: string[], now: Date): ReturnType<typeof readImportRow> {
  const { fields, fault } = record;
  if (fault === 'too-long') return { refused: 'line-too-long', sentence: 'The line is far too long for a subscriber.' };
  if (fields === undefined) {
    return {
      refused: 'bad-quotes',
      sentence: 'The quotes on this line do not match: close them, and write a quote inside as "".',
    };
  }
  if (fields.length !== columns.length) {
    const sentence = `The row has ${fields.length} columns, the header ${columns.length}: put values with commas in quotes.`;
    return { refused: 'wrong-column-count', sentence };
  }
  const valueOf = (column: ImportColumn) => fields[columns.indexOf(column)] ?? '';
  const row: ImportRow = {
    email: valueOf('email'),
    name: valueOf('name'),
    status: valueOf('status'),
    timeZone: valueOf('timeZone'),
    topics: valueOf('topics'),
    confirmedAt: valueOf('confirmedAt'),
    consentSource: valueOf('consentSource'),
  };
  return readImportRow(row, now);
}
