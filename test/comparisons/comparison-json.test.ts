import { expect, test } from 'vitest';
import { labelledText, parsePage, unlabelledText } from './fixture-pages.ts';
import { toListJson, toShowJson } from '../../src/comparisons/comparison-json.ts';
import { describeComparison, describeComparisons } from '../../src/comparisons/describe-comparison.ts';

const publishedAt = new Date('2026-11-03T00:00:00Z');
const labelled = {
  ...parsePage(labelledText).page,
  slug: 'harbor-2-1-vs-quillpad',
  url: 'https://example.com/a',
  publishedAt,
};
const unlabelled = { ...parsePage(unlabelledText).page, slug: 'harbor-2-1-vs-tern-7b', url: null, publishedAt: null };

test('the list has key, title and publication', () => {
  expect(toListJson([labelled, unlabelled])).toEqual([
    { slug: 'harbor-2-1-vs-quillpad', title: 'Harbor 2.1 vs Quillpad', publishedAt: '2026-11-03T00:00:00.000Z' },
    { slug: 'harbor-2-1-vs-tern-7b', title: 'Harbor 2.1 vs Tern (7B)', publishedAt: null },
  ]);
});

test('a comparison has every field, in the promised order, whatever order it was stored in', () => {
  const { takes, community, panel, name, ...rest } = labelled.left;
  const shuffled = { ...labelled, left: { takes, community, ...rest, panel, name } };
  const json = toShowJson(shuffled);
  expect(Object.keys(json)).toEqual(['slug', 'title', 'url', 'publishedAt', 'left', 'right']);
  expect(Object.keys(json.left).join(' ')).toBe(
    'name slug category tagline description entry pricing bestFor shipPercent panel community takes',
  );
  expect(Object.keys(json.left.takes[0] ?? {})).toEqual(['persona', 'score', 'verdict', 'words']);
  expect(toShowJson(unlabelled)).toMatchObject({
    url: null,
    publishedAt: null,
    left: { panel: null, community: null },
  });
});

test('as text it says what is missing and stays within 78 columns', () => {
  const text = describeComparison(labelled);
  expect(text).toContain('75% ship (3 of 4 ship it)');
  expect(text).toContain('62% ship of 124 votes');
  expect(text).toContain('Builder: ship, 81/100');
  expect(describeComparison(unlabelled)).toMatch(/Pricing {4}not stated/);
  expect(
    Math.max(...(text + describeComparison(unlabelled)).split('\n').map((line) => line.length)),
  ).toBeLessThanOrEqual(78);
});

test('the list as text has columns, and an empty one says the next step', () => {
  expect(describeComparisons([labelled, unlabelled]).split('\n')[0]).toBe(
    '2026-11-03  harbor-2-1-vs-quillpad  Harbor 2.1 vs Quillpad',
  );
  expect(describeComparisons([])).toContain('import comparisons');
});
