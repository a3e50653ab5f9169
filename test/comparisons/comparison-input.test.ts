import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { labelledText, parsePage, unlabelledText } from './fixture-pages.ts';
import { toShowJson } from '../../src/comparisons/comparison-json.ts';
import { readComparisonInput } from '../../src/comparisons/comparison-input.ts';
import { comparisonSchema, toJsonSchema } from '../../src/comparisons/comparison-schema.ts';
import { personas } from '../../src/comparisons/comparison.ts';
import { takesCountLimit } from '../../src/comparisons/scorecard.ts';
import { isRefusal } from '../../src/platform/refusal.ts';

const pair = { left: { name: 'Harbor' }, right: { name: 'Tern' } };

function accept(value: unknown) {
  const read = readComparisonInput(value);
  if (isRefusal(read)) throw new Error(read.sentence);
  return read;
}

test.each([labelledText, unlabelledText])('what is shown as JSON is read as the page it came from', (text) => {
  const { page } = parsePage(text);
  const stated = {
    slug: `${page.left.slug}-vs-${page.right.slug}`,
    url: 'https://example.com/a',
    publishedAt: new Date(0),
  };
  const read = accept(JSON.parse(JSON.stringify(toShowJson({ ...page, ...stated }))));
  expect(read.page).toEqual(page);
  expect(read).toMatchObject({ url: stated.url, publishedAt: '1970-01-01T00:00:00.000Z' });
});

test('two names are enough, and what is left out is not known', () => {
  const { page, url, publishedAt } = accept(pair);
  expect(page).toMatchObject({ title: 'Harbor vs Tern', left: { slug: 'harbor', takes: [] }, right: { slug: 'tern' } });
  expect([url, publishedAt, ...Object.values(page.left).slice(2, -1)]).toEqual(Array.from({ length: 11 }, () => null));
});

test('texts become what the lines of a page would have given', () => {
  const left = {
    name: '  Harbor\u00A0 2 ',
    pricing: '—',
    tagline: 'one\nline\u0000',
    description: 'a \r\n\r\n\r\n b\nc',
    takes: [{ score: 80, words: 'No panel take' }],
  };
  expect(accept({ ...pair, left }).page.left).toMatchObject({
    name: 'Harbor 2',
    slug: 'harbor-2',
    pricing: null,
    tagline: 'one line',
    description: 'a\n\nb\nc',
    takes: [{ score: 80, words: null }],
  });
});

describe('refused with the place:', () => {
  const take = { persona: 'builder', words: 'a' };
  test.each<[string, unknown, RegExp]>([
    ['no object', 7, /^this is a number and no comparison/],
    ['null', null, /^this is null and no comparison/],
    ['a list in a list', [], /^this is a list and no comparison/],
    ['no tool', { left: pair.left }, /^right: /],
    [
      'a field nobody knows',
      { ...pair, left: { name: 'Harbor', bestfor: 'x' } },
      /^left\.bestfor is no field of a comparison: /,
    ],
    [
      'two such fields',
      { ...pair, author: 'x', note: 1 },
      /^author, note are no fields of a comparison: `comparison schema`/,
    ],
    ['a score over 100', { ...pair, left: { name: 'Harbor', takes: [{ score: 101 }] } }, /^left\.takes\.0\.score: /],
    ['half a score', { ...pair, left: { name: 'Harbor', takes: [{ score: 80.5 }] } }, /^left\.takes\.0\.score: /],
    [
      'a persona nobody knows',
      { ...pair, left: { name: 'Harbor', takes: [{ persona: 'critic' }] } },
      /takes\.0\.persona/,
    ],
    ['a share over 100', { ...pair, right: { name: 'Tern', shipPercent: 100.5 } }, /^right\.shipPercent: /],
    ['a take that says nothing', { ...pair, left: { name: 'Harbor', takes: [{ words: ' ' }] } }, /says nothing/],
    [
      'a reviewer twice',
      { ...pair, left: { name: 'H', takes: [take, { ...take, words: 'b' }] } },
      /builder has two takes/,
    ],
    ['a name of blanks', { ...pair, left: { name: ' — ' } }, /is no name/],
    ['one tool twice', { left: { name: 'Tern' }, right: { name: 'TERN' } }, /one and the same tool/],
    ["another tool's slug", { ...pair, left: { name: 'Harbor', slug: 'x' } }, /is harbor, not "x"/],
    ['another slug', { ...pair, slug: 'tern-vs-harbor' }, /is harbor-vs-tern, not/],
    ['another title', { ...pair, title: 'Harbor or Tern?' }, /is "Harbor vs Tern"; leave it out/],
    ['an address that is none', { ...pair, url: 'javascript:alert(1)' }, /^url: .* is no web address/],
    ['a day that is none', { ...pair, publishedAt: '2026-02-30' }, /^publishedAt: .* is no date/],
    ['a name too long', { ...pair, left: { name: 'x'.repeat(201) } }, /^left\.name: /],
  ])('%s', (_, value, sentence) => {
    expect(readComparisonInput(value)).toMatchObject({ sentence: expect.stringMatching(sentence) });
  });

  test('a take more than a page may have, both tools together', () => {
    const takes = (count: number) => Array.from({ length: count }, (_, index) => ({ words: `words ${index}` }));
    const withTakes = (count: number) => ({
      left: { name: 'a', takes: takes(50) },
      right: { name: 'b', takes: takes(count) },
    });
    expect(readComparisonInput(withTakes(takesCountLimit - 50))).toHaveProperty('page');
    expect(readComparisonInput(withTakes(takesCountLimit - 49))).toMatchObject({ refused: 'too-long' });
  });
});

test('any JSON is read or refused, and never throws', () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => Object.keys(readComparisonInput(value)).length > 0));
});

test('the published schema names every field of a comparison that is shown, and allows no other', () => {
  const schema = JSON.parse(JSON.stringify(toJsonSchema()));
  const shown = toShowJson({ ...parsePage(labelledText).page, slug: 'a', url: null, publishedAt: null });
  expect(Object.keys(schema.properties)).toEqual(expect.arrayContaining(Object.keys(shown)));
  expect(Object.keys(schema.properties.left.properties)).toEqual(Object.keys(shown.left));
  expect([schema.additionalProperties, schema.properties.left.additionalProperties]).toEqual([false, false]);
  expect(schema.required).toEqual(['left', 'right']);
  expect(JSON.stringify(schema)).toContain(JSON.stringify([...personas]));
  expect(comparisonSchema.safeParse({ ...shown, $schema: 'x', slug: undefined }).success).toBe(true);
});
