import { parse } from 'csv-parse/sync';
import { readTextLines, type TextLine } from './text-lines.ts';

/** Characters in one line of a CSV file. */
export const csvLineLengthLimit = 20_000;
/** Lines that one record may span where line breaks stand in quotes. */
export const csvRecordLinesLimit = 5;

/** One record with the line it begins on; `fields` is undefined where the line cannot be read. */
export interface CsvRecord {
  line: number;
  fields: string[] | undefined;
  /** What is wrong with a line that cannot be read. */
  fault: 'quotes' | 'too-long' | undefined;
}

/**
 * The records of a CSV file (RFC 4180), blank lines left out. Every record is parsed by itself, so that a stray quote costs its
 * own line and no other: a parser of the whole file would swallow what follows up to the next quote. A record of several lines
 * must have as many fields as the first record.
 */
export async function* readCsvRecords(source: AsyncIterable<Uint8Array>): AsyncGenerator<CsvRecord> {
  const lines = readTextLines(source, csvLineLengthLimit);
  const ahead: TextLine[] = [];
  let columnsCount: number | undefined;
  const peek = async (index: number): Promise<TextLine | undefined> => {
    while (ahead.length <= index) {
      const next = await lines.next();
      if (next.done) return undefined;
      ahead.push(next.value);
    }
    return ahead[index];
  };
  for (let first = await peek(0); first !== undefined; first = await peek(0)) {
    const record = await joinRecord(first, peek, columnsCount);
    columnsCount ??= record.fields?.length;
    ahead.splice(0, record.linesCount);
    if (record.fault === undefined && record.fields === undefined) continue;
    yield { line: first.number, fields: record.fields, fault: record.fault };
  }
}

interface Joined {
  fields: string[] | undefined;
  fault: CsvRecord['fault'];
  linesCount: number;
}

/** The first line, with as many after it as close its quotes. */
async function joinRecord(
  first: TextLine,
  peek: (index: number) => Promise<TextLine | undefined>,
  columnsCount: number | undefined,
): Promise<Joined> {
  if (first.isTooLong) return { fields: undefined, fault: 'too-long', linesCount: 1 };
  if (first.text.trim() === '') return { fields: undefined, fault: undefined, linesCount: 1 };
  let text = first.text;
  for (let linesCount = 1; ; linesCount += 1) {
    if (hasClosedQuotes(text)) {
      const fields = parseRecord(text);
      // Lines that were joined in vain are read again by themselves; so are those of two stray quotes that met.
      const isWhole = fields && (linesCount === 1 || (columnsCount ?? fields.length) === fields.length);
      return isWhole ? { fields, fault: undefined, linesCount } : { fields: undefined, fault: 'quotes', linesCount: 1 };
    }
    const next = linesCount < csvRecordLinesLimit ? await peek(linesCount) : undefined;
    if (next === undefined || next.isTooLong) return { fields: undefined, fault: 'quotes', linesCount: 1 };
    text += `\n${next.text}`;
  }
}

function hasClosedQuotes(text: string): boolean {
  return (text.split('"').length - 1) % 2 === 0;
}

function parseRecord(text: string): string[] | undefined {
  try {
    const [fields, ...more] = parse(text, { relax_column_count: true, trim: true, record_delimiter: ['\n'] });
    return more.length === 0 ? fields : undefined;
  } catch {
    return undefined;
  }
}
