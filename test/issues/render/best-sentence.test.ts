import { describe, expect, test } from 'vitest';
import { lookedAt, pickBestSentence, sentenceLimit } from '../../../src/issues/render/best-sentence.ts';
import { countCodePoints } from '../../../src/issues/render/clean-words.ts';
import { splitSentences } from '../../../src/issues/render/split-sentences.ts';
import { sampleTake } from '../sample-comparison.ts';
import { axolotl } from './sample-picks.ts';

describe('sentences', () => {
  test.each([
    ['Version v0.16 is out. It is fast.', ['Version v0.16 is out.', 'It is fast.']],
    ['Use a framework, e.g. Axolotl, or none. Done.', ['Use a framework, e.g. Axolotl, or none.', 'Done.']],
    ['In the U.S. Law differs. Ask.', ['In the U.S. Law differs.', 'Ask.']],
    ['It costs $1.5K. I upgraded.', ['It costs $1.5K.', 'I upgraded.']],
    ['He said “ship it.” Then he left!', ['He said “ship it.”', 'Then he left!']],
    ['The weights are just... there. Good.', ['The weights are just... there.', 'Good.']],
    ['Why? Because. 3B is small.', ['Why?', 'Because.', '3B is small.']],
    ['Is it I or you? So do I. Next one.', ['Is it I or you?', 'So do I.', 'Next one.']],
    ['no stop at all', ['no stop at all']],
    ['', []],
  ])('%j are %j', (words, sentences) => {
    expect(splitSentences(words)).toEqual(sentences);
  });
});

describe('the best sentence', () => {
  const long = 'This one goes on and on, '.repeat(12);
  test('is concrete, of readable length and stands alone', () => {
    const take = sampleTake({
      words: `It is good. ${long}. We ran Axolotl on 3 cards and it beats the old release by 40 %. That said, wait.`,
    });
    expect(pickBestSentence([take], 'for')?.words).toBe(
      'We ran Axolotl on 3 cards and it beats the old release by 40 %.',
    );
  });

  test('for and against are two sentences where the takes differ', () => {
    const ship = pickBestSentence(axolotl.takes.slice(0, 3), 'for');
    const skip = pickBestSentence(axolotl.takes.slice(3), 'against');
    expect(ship?.take.verdict).toBe('ship');
    expect(skip?.words).toBe('The overhead is not worth it without a team of engineers.');
  });

  test('a told one is passed over, and when all are told there is none', () => {
    const take = sampleTake({ words: 'The first sentence. The second sentence.' });
    const first = pickBestSentence([take], 'for')?.words ?? '';
    const second = pickBestSentence([take], 'for', new Set([first]))?.words ?? '';
    expect([first, second].toSorted()).toEqual(['The first sentence.', 'The second sentence.']);
    expect(pickBestSentence([take], 'for', new Set([first, second]))).toBeUndefined();
  });

  test('takes without words, or with marks alone, have none', () => {
    expect(pickBestSentence([sampleTake(), sampleTake({ words: ' … ' })], 'for')).toBeUndefined();
  });

  test('quotation marks round the whole take go', () => {
    expect(pickBestSentence([sampleTake({ words: '“Ship it today.”' })], 'for')?.words).toBe('Ship it today.');
  });

  test('one at the limit is whole, one past it is cut at a word', () => {
    const at = `${'word '.repeat(38)}1234567890`;
    expect(countCodePoints(at)).toBe(sentenceLimit);
    expect(pickBestSentence([sampleTake({ words: at })], 'for')?.words).toBe(at);
    const past = pickBestSentence([sampleTake({ words: `${at}1` })], 'for')?.words ?? '';
    expect(past).toMatch(/word…$/);
  });

  test('one that is too long ends after a clause that fits', () => {
    const words = `${'word '.repeat(14)}end — ${'more '.repeat(40)}`;
    expect(pickBestSentence([sampleTake({ words })], 'for')?.words).toBe(`${'word '.repeat(14)}end…`);
  });

  test('a row of rivals is no reason for a tool, and doubt none either', () => {
    const words =
      'Direct competitors are Phi-4, Qwen2.5-14B, Gemma 3 27B and Llama, and all of them are free. It breaks in production and kills the budget. The weights load in minutes and the licence is right.';
    const take = sampleTake({ words });
    expect(pickBestSentence([take], 'for')?.words).toBe('The weights load in minutes and the licence is right.');
    expect(pickBestSentence([take], 'against')?.words).not.toContain('licence');
  });

  test('once the good ones are told, one that speaks for the other side is no substitute', () => {
    const take = sampleTake({ words: 'The weights load fast and the licence is right. It breaks in production.' });
    const told = new Set([pickBestSentence([take], 'for')?.words ?? '']);
    expect(pickBestSentence([take], 'for', told)).toBeUndefined();
  });

  test('what stands past the opening of a take, or in a take past the first ones, is not looked at', () => {
    const good = 'The weights load fast and the licence is right.';
    const opening = (length: number) => `${'word '.repeat(95)}end. `.repeat(3).padEnd(length - 6, 'W') + ' end. ';
    const within = opening(lookedAt.wordsLength - good.length - 2);
    const after = 'X';
    expect(pickBestSentence([sampleTake({ words: `${within}${good} ${after}` })], 'for')?.words).toBe(good);
    const beyond = opening(lookedAt.wordsLength - good.length);
    expect(pickBestSentence([sampleTake({ words: `${beyond}${good} ${after}` })], 'for')?.words).not.toBe(good);
    const silent = Array.from({ length: lookedAt.takesCount - 1 }, () => sampleTake({ words: null }));
    const last = sampleTake({ words: good });
    expect(pickBestSentence([...silent, last], 'for')?.words).toBe(good);
    expect(pickBestSentence([...silent, sampleTake(), last], 'for')).toBeUndefined();
  });
});
