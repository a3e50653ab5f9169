import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { readTextLines } from '../../src/platform/text-lines.ts';

async function* chunksOf(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function linesOf(bytes: Buffer | string, size = 3, limit = 20): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of readTextLines(
    chunksOf(typeof bytes === 'string' ? Buffer.from(bytes) : bytes, size),
    limit,
  )) {
    expect(line.number).toBe(lines.length + 1);
    lines.push(line.isTooLong ? '(too long)' : line.text);
  }
  return lines;
}

it.each([
  ['mixed line ends', 'a\r\nb\nc\rd', ['a', 'b', 'c', 'd']],
  ['blank lines', '\n\r\n\r\r\nx', ['', '', '', '', 'x']],
  ['a byte-order mark', '\ufeffa\nb', ['a', 'b']],
  ['a line end last', 'a\r\n', ['a']],
  ['a lone CR last', 'a\r', ['a']],
  ['nothing', '', []],
  ['signs of several bytes', 'é漢😀\nü', ['é漢😀', 'ü']],
])('%s: the lines are what a reader sees', async (_, text, lines) => {
  for (const size of [1, 2, 3, 1000]) expect(await linesOf(text, size)).toEqual(lines);
});

it('bytes that are no UTF-8 are marked, not dropped', async () => {
  expect(await linesOf(Buffer.from('Jos\xe9\nok', 'latin1'))).toEqual(['Jos\ufffd', 'ok']);
});

it('a line at the limit is read, one past it is reported and the next line is read', async () => {
  const text = `${'x'.repeat(20)}\n${'y'.repeat(21)}\r\n${'z'.repeat(500)}\nend`;
  for (const size of [1, 7, 1000])
    expect(await linesOf(text, size)).toEqual(['x'.repeat(20), '(too long)', '(too long)', 'end']);
});

it('the size of the chunks does not matter', async () => {
  const text = fc
    .array(fc.constantFrom('a', 'é', '\r', '\n', '\r\n', 'xxxxxxxxxxxx'), { maxLength: 30 })
    .map((parts) => parts.join(''));
  await fc.assert(
    fc.asyncProperty(text, fc.integer({ min: 1, max: 9 }), async (given, size) => {
      expect(await linesOf(given, size)).toEqual(await linesOf(given, 10_000));
    }),
  );
});
