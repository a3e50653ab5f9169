import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { countCodePoints } from '../../../src/issues/render/clean-words.ts';
import { preheaderLimit, subjectLimit, writePreheader, writeSubject } from '../../../src/issues/render/subject-line.ts';
import { answerLimit, writeAnswer } from '../../../src/issues/render/write-answer.ts';
import { sampleComparison, sampleTool } from '../sample-comparison.ts';
import { axolotl, gemma, llama, samplePick, weekOne, weekTwo } from './sample-picks.ts';

const one = (a: number | null, b: number | null, names: [string, string] = ['Alpha', 'Beta']) => [
  samplePick(
    1,
    sampleComparison(
      sampleTool(names[0], { slug: 'a', shipPercent: a }),
      sampleTool(names[1], { slug: 'b', shipPercent: b }),
    ),
  ),
];

describe('the subject', () => {
  test('tells how the challengers of a shared tool did', () => {
    expect(writeSubject(weekOne())).toBe('Axolotl v0.16 against 5 challengers: 3 win, 2 tie');
  });

  test('tells the lead verdict and how many more', () => {
    expect(writeSubject(weekTwo())).toBe('Llama 4 Compact (12B) beats Gemma 3n, and 4 more');
  });

  test.each([
    [100, 75, 'Alpha beats Beta, 100 % to 75 %'],
    [25, 66.667, 'Beta beats Alpha, 66.7 % to 25 %'],
    [75, 75, 'Alpha or Beta: a tie at 75 %'],
    [null, 75, 'Beta or Alpha: what the reviewers say'],
    [null, null, 'Alpha or Beta: what the reviewers say'],
  ])('of one pick at %s and %s is “%s”', (a, b, subject) => {
    expect(writeSubject(one(a, b))).toBe(subject);
  });

  test('a long name is cut at a word, a long emoji name between two of them', () => {
    const long = writeSubject(
      one(null, null, ['The quick brown fox jumps over', 'the lazy dog and everything else there is']),
    );
    expect(long).toBe('The quick brown fox jumps over or the lazy dog and…');
    const family = '👨‍👩‍👧‍👦';
    const emoji = writeSubject(one(null, null, [family.repeat(11), family]));
    expect(emoji.replaceAll(family, '')).toBe('…');
  });

  test('a right-to-left name is isolated, so that the rest stays where it is', () => {
    expect(writeSubject(one(100, 75, ['שלום', 'Beta']))).toBe('\u2068שלום\u2069 beats Beta, 100 % to 75 %');
  });
});

describe('the preheader', () => {
  test('tells who leads', () => {
    expect(writePreheader(weekOne())).toBe(
      'Llama 4 Compact (12B), SmolVLM2-2B and Mistral 3 Small (24B) at 100 %; the others below.',
    );
    expect(writePreheader(one(100, 75))).toBe('Alpha at 100 %. Beta stands at 75 %.');
    expect(writePreheader(one(null, null))).toContain('no panel verdict yet');
  });
});

describe('the answer', () => {
  test('names what to try and where the others stand', () => {
    expect(writeAnswer(weekOne())).toEqual({
      headline: 'Try Llama 4 Compact (12B), SmolVLM2-2B or Mistral 3 Small (24B): the whole panel ships all three.',
      because: 'Gemma 3n, Axolotl v0.16 and SmolLM3 stand at 75 %.',
    });
  });

  test.each([
    [80, 75, 'Try Alpha: 80 % of the panel ships it.', 'Beta stands at 75 %.'],
    [75, 75, 'A tie: Alpha and Beta both stand at 75 %.', null],
    [40, 25, 'Nothing to ship yet: Alpha comes closest, at 40 %.', 'Beta stands at 25 %.'],
    [25, 25, 'Nothing to ship yet: the best stand at 25 %.', null],
    [null, 75, 'Try Beta: 75 % of the panel ships it.', null],
    [null, null, 'No panel verdict yet: read what the reviewers say.', null],
  ])('of %s and %s is “%s”', (...[a, b, headline, because]) => {
    expect(writeAnswer(one(a, b))).toEqual({ headline, because });
  });

  test('many at the top are counted, not listed', () => {
    const tools = ['a', 'b', 'c', 'd'].map((name) => sampleTool(name, { shipPercent: 90 }));
    const picks = tools.map((tool, index) => samplePick(index + 1, sampleComparison(gemma, tool)));
    expect(writeAnswer(picks)).toEqual({
      headline: 'Try a, or one of 3 others: 90 % of the panel ships each.',
      because: 'Gemma 3n stands at 75 %.',
    });
  });
});

test('whatever the names and shares, the lines fit, are not empty and are the same twice', () => {
  const name = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 120 }),
    fc.string({ unit: 'binary', maxLength: 50 }),
    fc.constant('<b>"x"</b>\r\n'),
  );
  const tool = fc.record({
    name,
    share: fc.option(fc.integer({ min: 0, max: 100 })),
    slug: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
  });
  const picks = fc.array(fc.tuple(tool, tool), { minLength: 1, maxLength: 8 }).map((pairs) =>
    pairs.map(([a, b], index) => {
      const [left, right] = [a, b].map(({ name, share, slug }) => sampleTool(name, { slug, shipPercent: share }));
      return samplePick(index + 1, sampleComparison(left ?? axolotl, right ?? llama));
    }),
  );
  fc.assert(
    fc.property(picks, (some) => {
      const lines = [writeSubject(some), writePreheader(some), writeAnswer(some).headline];
      lines.forEach((line, index) => {
        expect(countCodePoints(line)).toBeLessThanOrEqual([subjectLimit, preheaderLimit, answerLimit][index] ?? 0);
        expect(line.trim()).not.toBe('');
        expect(line).not.toMatch(/\p{Cc}|\p{Surrogate}/u);
      });
      expect([writeSubject(some), writePreheader(some), writeAnswer(some).headline]).toEqual(lines);
    }),
  );
});
