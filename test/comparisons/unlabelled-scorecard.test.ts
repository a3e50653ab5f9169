import { expect, test } from 'vitest';
import { edit, lineOf, refusePage, unlabelledText } from './fixture-pages.ts';
import { readPageLines } from '../../src/comparisons/lines.ts';
import { readUnlabelledScorecard } from '../../src/comparisons/unlabelled-scorecard.ts';
import { isRefusal } from '../../src/platform/refusal.ts';

function read(...lines: string[]) {
  const scorecard = readUnlabelledScorecard(readPageLines(lines.join('\n')));
  if (isRefusal(scorecard)) return scorecard.line;
  return [scorecard.left.map(({ words }) => words), scorecard.right.map(({ words }) => words)];
}

test.each([
  ['an absent take holds its place', ['—', '“B”', '“A”', 'No panel take'], [['A'], ['B']]],
  ['quotes inside stay', ['“say “A””', '““B” he said.”'], [['say “A”'], ['“B” he said.']]],
  ['an inch mark closes nothing', ['“A 5” screen.”', '“B”'], [['A 5” screen.'], ['B']]],
  ['a quotation may go on over lines and blank lines', ['“A', '', 'a”', '“B', 'b”'], [['A\n\na'], ['B\nb']]],
  [
    'a line that closes an inner quote only goes on',
    ['“He said “A”', 'and left.”', '“B”'],
    [['He said “A”\nand left.'], ['B']],
  ],
  ['straight quotes inside stay', ['“"A"”', "“'B'”"], [['"A"'], ["'B'"]]],
  ['an absent mark inside a quotation is words', ['“A', '—', 'a”', '“B”'], [['A\n—\na'], ['B']]],
])('%s', (_, lines, words) => {
  expect(read(...lines)).toEqual(words);
});

test.each([
  ['an odd count', ['“A”', '“B”', '“C”'], 3],
  ['words outside a quotation', ['“A”', 'B', '“C”'], 2],
  ['straight quotes round a take', ['"A"', '“B”'], 1],
  ['a quotation that is not closed before the next', ['“A', '“B”'], 1],
  ['a quotation that is not closed at all', ['“A”', '“B'], 2],
  ['words after a closed quotation', ['“A” and more', '“B”'], 1],
  ['an empty quotation', ['“”', '“B”'], 1],
  ["a reviewer's name between quotations", ['“A”', '“B”', 'Skeptic', '“C”', '“D”'], 3],
])('%s is refused with the line', (_, lines, line) => {
  expect(read(...lines)).toBe(line);
});

test('a page with a take less is refused with the line of the last take', () => {
  const text = edit(unlabelledText, '“There is nothing here to look at.”\n', '');
  expect(refusePage(text)).toMatchObject({
    refused: 'incomplete',
    line: lineOf(text, '“Nobody will pay for 7B, but everybody will pay for what forgets nothing.”'),
  });
});
