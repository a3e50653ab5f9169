import { expect, it } from 'vitest';
import { csvLineLengthLimit, csvRecordLinesLimit, readCsvRecords } from '../../src/platform/csv-records.ts';

async function recordsOf(text: string): Promise<unknown[]> {
  const records: unknown[] = [];
  async function* source(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < text.length; at += 11) yield Buffer.from(text.slice(at, at + 11));
  }
  for await (const { line, fields, fault } of readCsvRecords(source())) records.push([line, fields ?? fault]);
  return records;
}

it('quoted commas, quotes and line breaks belong to their field, and the line is where the record begins', async () => {
  expect(await recordsOf('a,b\r\n"x, ""y""\nz", 2\r\n\r\n3,4')).toEqual([
    [1, ['a', 'b']],
    [2, ['x, "y"\nz', '2']],
    [5, ['3', '4']],
  ]);
});

it.each([
  ['a quote inside a bare field', 'x"y,2', 'quotes'],
  ['text behind a closing quote', '"x"y,2', 'quotes'],
  ['a quote that is never closed', '"x,2', 'quotes'],
  ['an endless line', 'x'.repeat(csvLineLengthLimit + 1), 'too-long'],
])('fault 95: %s costs its own line and no other', async (_, broken, fault) => {
  expect(await recordsOf(`1,1\n${broken}\n2,2\n3,3\n`)).toEqual([
    [1, ['1', '1']],
    [2, fault],
    [3, ['2', '2']],
    [4, ['3', '3']],
  ]);
});

it('two lines with a stray quote each are both refused, and the line between them is read', async () => {
  expect(await recordsOf('a"b,1\n2,2\nc"d,3\n4,4')).toEqual([
    [1, 'quotes'],
    [2, ['2', '2']],
    [3, 'quotes'],
    [4, ['4', '4']],
  ]);
});

it('two fields left open do not swallow the line between them', async () => {
  expect(await recordsOf('a,b\n1,"x\n2,2\n"3",y"z\n1,"x\n2,2\n3,"y\n4,4')).toEqual([
    [1, ['a', 'b']],
    [2, 'quotes'],
    [3, ['2', '2']],
    [4, 'quotes'],
    [5, 'quotes'],
    [6, ['2', '2']],
    [7, 'quotes'],
    [8, ['4', '4']],
  ]);
});

function spread(linesCount: number): string {
  return `"${Array.from({ length: linesCount }, () => 'x').join('\n')}"`;
}

it('a line and a record at their limits are read', async () => {
  expect(await recordsOf('x'.repeat(csvLineLengthLimit))).toEqual([[1, ['x'.repeat(csvLineLengthLimit)]]]);
  expect(await recordsOf(spread(csvRecordLinesLimit))).toHaveLength(1);
  expect((await recordsOf(spread(csvRecordLinesLimit + 1)))[0]).toEqual([1, 'quotes']);
});
