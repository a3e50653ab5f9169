import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { labelledText, lineOf, parsePage, refusePage, unlabelledText } from './fixture-pages.ts';
import type { Tool } from '../../src/comparisons/comparison.ts';
import { closingPromise } from '../../src/comparisons/page-frame.ts';
import { parseComparisonPage } from '../../src/comparisons/parse-page.ts';

const both = [
  ['labelled', labelledText],
  ['unlabelled', unlabelledText],
] as const;

const wordsOf = (tool: Tool) => tool.takes.map((take) => take.words);

describe.each(both)('a %s page', (_, text) => {
  const lines = text.split('\n');
  const whole = parsePage(text);

  test('cut off at any line before the closing one is refused with a line of it', () => {
    const promise = lineOf(text, closingPromise);
    for (let count = 0; count < promise; count += 1) {
      const { refused, line, sentence } = refusePage(lines.slice(0, count).join('\n'));
      expect(['cut-off', 'no-comparison']).toContain(refused);
      expect(line).toBeLessThanOrEqual(Math.max(1, count));
      expect(sentence).toMatch(new RegExp(`^line ${line}: `));
    }
  });

  test('cut off after the kind of page is known says so', () => {
    expect(refusePage(lines.slice(0, lineOf(text, closingPromise) - 1).join('\n')).sentence).toMatch(
      /seems cut off after line \d+/,
    );
  });

  test('cut off at any character before the end of the closing line is refused', () => {
    const end = text.indexOf(closingPromise) + closingPromise.length;
    fc.assert(
      fc.property(fc.integer({ min: 0, max: end - 1 }), (at) => 'refused' in parseComparisonPage(text.slice(0, at))),
    );
  });

  test('cut off after the closing line is whole', () => {
    for (let count = lineOf(text, closingPromise); count <= lines.length; count += 1) {
      expect(parsePage(lines.slice(0, count).join('\n'))).toEqual(whole);
    }
  });
});

describe.each(both)('a %s page, varied,', (_, text) => {
  const lines = text.split('\n');
  const whole = parsePage(text);

  test('says the same with any line endings, trailing blanks and a byte-order mark', () => {
    const blanks = fc.constantFrom('', ' ', '\t', '   ', '\u00a0', ' \t ');
    const variation = fc.tuple(
      fc.constantFrom('\n', '\r\n', '\r'),
      fc.boolean(),
      fc.array(blanks, { minLength: 1, maxLength: 9 }),
    );
    fc.assert(
      fc.property(variation, ([ending, hasMark, trails]) => {
        const varied = lines.map((line, index) => line + (trails[index % trails.length] ?? '')).join(ending);
        expect(parseComparisonPage((hasMark ? '\uFEFF' : '') + varied)).toEqual(whole);
      }),
      { numRuns: 50 },
    );
  });

  test('says the same with trailing blank lines and control characters', () => {
    expect(parsePage(`${text}\n\n  \n`)).toEqual(whole);
    expect(parsePage(text.replaceAll('e', 'e\u0000\u0007\u009b'))).toEqual(whole);
  });

  test('one line less is either refused with a line or never moves words to the other tool', () => {
    for (const index of lines.keys()) {
      const parsed = parseComparisonPage(lines.toSpliced(index, 1).join('\n'));
      if ('refused' in parsed) {
        expect(parsed.line).toBeGreaterThanOrEqual(1);
        continue;
      }
      for (const words of wordsOf(parsed.page.left)) expect(wordsOf(whole.page.right)).not.toContain(words);
      for (const words of wordsOf(parsed.page.right)) expect(wordsOf(whole.page.left)).not.toContain(words);
    }
  });
});

describe.each(both)('a %s page, shuffled,', (_, text) => {
  const lines = text.split('\n');

  test('by any two lines is refused or read, never a failure', () => {
    const index = fc.integer({ min: 0, max: lines.length - 1 });
    fc.assert(
      fc.property(index, index, (one, other) => {
        const parsed = parseComparisonPage(
          lines
            .map((line, at) => (at === one ? (lines[other] ?? line) : at === other ? (lines[one] ?? line) : line))
            .join('\n'),
        );
        expect('refused' in parsed ? parsed.sentence : parsed.page.title).toBeTruthy();
      }),
    );
  });
});

test('any text at all is refused or read, never a failure', () => {
  const pieces = fc.constantFrom(...labelledText.split('\n'), ...unlabelledText.split('\n'), '\ud800', '”', '“');
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 80 }), (some) => 'page' in parseComparisonPage(some.join('\n')) || true),
  );
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => 'refused' in parseComparisonPage(text)));
});
