import { describe, expect, test } from 'vitest';
import { readLabelledScorecard } from '../../src/comparisons/labelled-scorecard.ts';
import { readPageLines } from '../../src/comparisons/lines.ts';
import { wordsLengthLimit } from '../../src/comparisons/scorecard.ts';
import { isRefusal } from '../../src/platform/refusal.ts';

/** Reads the lines under `Builder` on line 1. */
function read(...lines: string[]) {
  const scorecard = readLabelledScorecard(readPageLines(['Builder', ...lines].join('\n')));
  if (isRefusal(scorecard)) return scorecard.line;
  const take = (side: 'left' | 'right') =>
    scorecard[side].map(({ score, verdict, words }) => [score, verdict, words])[0];
  return [take('left'), take('right')];
}

describe('a pair of takes that can be read in one way', () => {
  test.each([
    ['both whole', ['80/100 · ship', 'A', '70/100 · skip', 'B'], [80, 'ship', 'A'], [70, 'skip', 'B']],
    ['left absent', ['No panel take', '70/100 · skip', 'B'], undefined, [70, 'skip', 'B']],
    ['right absent', ['80/100 · ship', 'A', '—'], [80, 'ship', 'A'], undefined],
    ['both absent', ['—', 'No panel take'], undefined, undefined],
    ['paragraphs', ['80/100 · ship', 'A', '', 'a', '70/100 · skip', 'B'], [80, 'ship', 'A\n\na'], [70, 'skip', 'B']],
    ['no score', ['ship', 'A', 'skip', 'B'], [null, 'ship', 'A'], [null, 'skip', 'B']],
    ['a dash for a score', ['— · ship', 'A', '70/100 · —', 'B'], [null, 'ship', 'A'], [70, null, 'B']],
    ['no verdict', ['80/100', 'A', '70/100', 'B'], [80, null, 'A'], [70, null, 'B']],
    ['no words', ['80/100 · ship', '70/100 · skip'], [80, 'ship', null], [70, 'skip', null]],
    ['words alone left', ['A', '70/100 · skip', 'B'], [null, null, 'A'], [70, 'skip', 'B']],
    ['words alone beside an absent take', ['A', 'No panel take'], [null, null, 'A'], undefined],
    ['words alone after an absent take', ['No panel take', 'B'], undefined, [null, null, 'B']],
    ['the ends of the scale', ['0/100 · skip', 'A', '100/100 · ship', 'B'], [0, 'skip', 'A'], [100, 'ship', 'B']],
  ])('%s', (...[, lines, left, right]) => {
    expect(read(...lines)).toEqual([left, right]);
  });
});

describe('refused with a line', () => {
  test.each([
    ['nothing under a name', [], 1],
    ['one take without a mark for the other', ['80/100 · ship', 'A'], 1],
    ['one absent mark', ['No panel take'], 1],
    ['two paragraphs that could be one take or two', ['A', 'B'], 1],
    ['words after words, the second score missing', ['80/100 · ship', 'A', 'B'], 1],
    ['three takes', ['80/100 · ship', 'A', '70/100 · skip', 'B', '60/100 · skip', 'C'], 6],
    ['words after an absent mark and another take', ['No panel take', 'A', '70/100 · skip', 'B'], 3],
    ['a score over 100', ['101/100 · ship', 'A', '70/100 · skip', 'B'], 2],
    ['a score of another scale', ['8/10 · ship', 'A', '70/100 · skip', 'B'], 2],
    ['a verdict that is none', ['80/100 · maybe', 'A', '70/100 · skip', 'B'], 2],
    ['a score that is no number', ['x/100 · ship', 'A', '70/100 · skip', 'B'], 2],
  ])('%s', (_, lines, line) => {
    expect(read(...lines)).toBe(line);
  });

  test('a reviewer twice', () => {
    expect(read('—', '—', 'Skeptic', '—', '—', 'Builder', '—', '—')).toBe(7);
  });

  test('words past the limit', () => {
    expect(read('80/100 · ship', 'A'.repeat(wordsLengthLimit), '—')).not.toBe(3);
    expect(read('80/100 · ship', 'A'.repeat(wordsLengthLimit + 1), '—')).toBe(3);
  });
});

test('takes come in the order of the reviewers, wherever they stand', () => {
  const lines = ['Founder', '5/100', '6/100', 'Builder', '1/100', '2/100'];
  expect(readLabelledScorecard(readPageLines(lines.join('\n')))).toMatchObject({
    left: [
      { persona: 'builder', score: 1 },
      { persona: 'founder', score: 5 },
    ],
  });
});
