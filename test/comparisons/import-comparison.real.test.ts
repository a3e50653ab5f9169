import * as fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { edit, labelledText, lineOf, unlabelledText } from './fixture-pages.ts';
import { labelledSlug, startImporting, unlabelledSlug, type Importing } from './importing.ts';
import {
  findComparisonBySlug,
  listComparisons,
  listResolvedVersions,
  listVersionsOfComparison,
} from '../../src/comparisons/queries.ts';
import type { Db } from '../../src/database.ts';
import { isRefusal } from '../../src/platform/refusal.ts';

let importing: Importing;
let bringIn: Importing['bringIn'];
let attempt: Importing['attempt'];
let show: Importing['show'];
let db: Db;

beforeAll(async () => {
  importing = await startImporting();
  ({ bringIn, attempt, show, db } = importing);
});
afterAll(() => importing.drop());
beforeEach(() => importing.clear());

/** What there is no reason to warn of. */
const quiet = { warnings: [], isAhead: false };

describe('a page brought in', () => {
  test('is new once, and the second time nothing changes', async () => {
    expect(await bringIn(labelledText)).toEqual({
      slug: labelledSlug,
      outcome: 'new',
      version: 1,
      changes: [],
      ...quiet,
    });
    const before = await db.selectFrom('comparisons').selectAll().execute();
    const again = { slug: labelledSlug, outcome: 'unchanged', version: 1, changes: [], ...quiet };
    expect(await bringIn(labelledText)).toEqual(again);
    expect(await bringIn(`\uFEFF${labelledText.replaceAll('\n', ' \r\n')}`)).toEqual(again);
    expect(await db.selectFrom('comparisons').selectAll().execute()).toEqual(before);
  });

  test('edited makes a new version that says what changed, and keeps the old one', async () => {
    await bringIn(labelledText);
    const now = importing.setNow('2026-11-11T08:00:00Z');
    const result = await bringIn(edit(labelledText, '$12 a month', '$15 a month'));
    expect(result).toEqual({
      slug: labelledSlug,
      outcome: 'changed',
      version: 2,
      changes: ['Harbor 2.1: pricing was "$12 a month", is "$15 a month"'],
      ...quiet,
    });
    const versions = await listVersionsOfComparison(db, labelledSlug);
    expect(versions.map(({ version, statedAt }) => [version, statedAt])).toEqual([
      [2, now],
      [1, new Date('2026-11-10T08:00:00Z')],
    ]);
    const shown = await listResolvedVersions(
      db,
      versions.map(({ id }) => id),
    );
    expect(versions.map(({ id }) => shown.get(id)?.left.pricing)).toEqual(['$15 a month', '$12 a month']);
    expect((await show(labelledSlug)).left.pricing).toBe('$15 a month');
  });

  test('edited back makes a third version', async () => {
    await bringIn(labelledText);
    await bringIn(edit(labelledText, '33%', '34%'));
    expect(await bringIn(labelledText)).toMatchObject({ outcome: 'changed', version: 3 });
  });
});

describe('pages brought in at once', () => {
  test('twenty times are one comparison with one version', async () => {
    const results = await Promise.all(Array.from({ length: 20 }, () => bringIn(labelledText)));
    expect(results.filter(({ outcome }) => outcome === 'new')).toHaveLength(1);
    expect(results.filter(({ outcome }) => outcome === 'unchanged')).toHaveLength(19);
    expect(await listVersionsOfComparison(db, labelledSlug)).toHaveLength(1);
  });

  test('with four edits are four versions', async () => {
    await bringIn(labelledText);
    const edits = ['40%', '41%', '42%', '43%'].map((share) => bringIn(edit(labelledText, '33%', share)));
    expect((await Promise.all(edits)).map(({ version }) => version).toSorted((one, other) => one - other)).toEqual([
      2, 3, 4, 5,
    ]);
  });
});

describe('a page whose key is unusual', () => {
  test('that has markup, quotes, emoji and right-to-left text in a name is shown as it stands', async () => {
    const name = `<img src=x onerror="a('b')"> & שלום 🚀`;
    const { slug } = await bringIn(unlabelledText.replaceAll('Tern (7B)', () => name));
    expect((await show(slug)).right.name).toBe(name);
  });

  test('of the reverse pair is another comparison', async () => {
    const left = unlabelledText.slice(unlabelledText.indexOf('Deployment'), unlabelledText.indexOf('Models'));
    const right = unlabelledText.slice(unlabelledText.indexOf('Models'), unlabelledText.indexOf('Reviewer'));
    const flipped = edit(unlabelledText, left + right, right + left)
      .replace('Harbor 2.1 vs Tern (7B)', 'Tern (7B) vs Harbor 2.1')
      .replace(/“[^]*”\n/, '');
    await bringIn(unlabelledText);
    expect(await bringIn(flipped)).toMatchObject({ slug: 'tern-7b-vs-harbor-2-1', outcome: 'new' });
  });

  test('of another pair with the same key is refused', async () => {
    await bringIn(unlabelledText.replaceAll('Harbor 2.1', 'a vs b').replaceAll('Tern (7B)', 'c'));
    const other = await attempt(unlabelledText.replaceAll('Harbor 2.1', 'a').replaceAll('Tern (7B)', 'b vs c'));
    expect(other).toMatchObject({ refused: 'slug-taken' });
  });
});

describe('where and when a page came out', () => {
  const stated = edit(unlabelledText, 'AI tool', 'Published 2026-11-03\nURL: https://example.com/own\nAI tool');
  const option = { publishedAt: new Date('2026-11-05T00:00:00Z'), baseUrl: 'https://example.com/compare/' };

  test('is null when neither page nor command says so', async () => {
    await bringIn(unlabelledText);
    expect(await show(unlabelledSlug)).toMatchObject({ url: null, publishedAt: null });
  });

  test("is the page's own before the command's", async () => {
    await bringIn(stated, option);
    expect(await show(unlabelledSlug)).toMatchObject({
      url: 'https://example.com/own',
      publishedAt: new Date('2026-11-03T00:00:00Z'),
    });
  });

  test("is the command's for a page that does not say", async () => {
    await bringIn(unlabelledText, option);
    const url = `https://example.com/compare/${unlabelledSlug}`;
    expect(await show(unlabelledSlug)).toMatchObject({ url, publishedAt: option.publishedAt });
    expect((await listVersionsOfComparison(db, unlabelledSlug))[0]?.statedAt).toEqual(option.publishedAt);
  });

  test('can be said later without a new version, and is not forgotten', async () => {
    await bringIn(unlabelledText);
    expect(await bringIn(unlabelledText, option)).toMatchObject({
      outcome: 'changed',
      version: 1,
      changes: [
        `address is now stated, https://example.com/compare/${unlabelledSlug}`,
        'publication is now stated, 2026-11-05T00:00:00.000Z',
      ],
    });
    expect(await bringIn(unlabelledText)).toMatchObject({ outcome: 'unchanged' });
    expect(await show(unlabelledSlug)).toMatchObject({ publishedAt: option.publishedAt });
  });

  test.each(['ftp://example.com', 'nowhere', 'https://example.com/?a=1', 'javascript:alert(1)'])(
    'a base of %s is refused',
    async (baseUrl) => {
      expect(await attempt(unlabelledText, { baseUrl })).toMatchObject({ refused: 'bad-base-url' });
      expect(await listComparisons(db)).toEqual([]);
    },
  );
});

describe('refused with source and line, nothing stored', () => {
  const mine = '“There is nothing here to look at.”';
  const theirs = '“Nobody will pay for 7B, but everybody will pay for what forgets nothing.”';
  const swapped = unlabelledText.replace(mine, '@').replace(theirs, mine).replace('@', theirs);

  test('takes that changed places, known from the same page', async () => {
    await bringIn(unlabelledText);
    expect(await attempt(swapped)).toMatchObject({ refused: 'misplaced-words' });
    expect(await listVersionsOfComparison(db, unlabelledSlug)).toHaveLength(1);
  });

  test('takes that changed places, known from another page', async () => {
    await bringIn(labelledText);
    const refusal = await attempt(swapped);
    expect(refusal).toMatchObject({ refused: 'misplaced-words' });
    expect(isRefusal(refusal) && refusal.sentence).toMatch(`page.txt: line ${lineOf(swapped, mine)}: `);
    expect(await findComparisonBySlug(db, unlabelledSlug)).toBeUndefined();
  });

  test('a page cut off anywhere', async () => {
    const pages = fc.constantFrom(labelledText, unlabelledText);
    await fc.assert(
      fc.asyncProperty(pages, fc.nat({ max: 10_000 }), async (text, at) => {
        const end = text.indexOf('Get the next comparison');
        expect(isRefusal(await attempt(text.slice(0, at % end)))).toBe(true);
      }),
      { numRuns: 60 },
    );
    expect(await listComparisons(db)).toEqual([]);
    expect(await db.selectFrom('comparisonVersions').selectAll().execute()).toEqual([]);
  });
});

test('the list is newest first, bounded and paged', async () => {
  await bringIn(unlabelledText, { publishedAt: new Date('2026-11-02T00:00:00Z') });
  await bringIn(labelledText);
  expect((await listComparisons(db)).map(({ slug }) => slug)).toEqual([labelledSlug, unlabelledSlug]);
  expect((await listComparisons(db, { limit: 1 })).map(({ title }) => title)).toEqual(['Harbor 2.1 vs Quillpad']);
  expect((await listComparisons(db, { limit: 1, offset: 1 })).map(({ slug }) => slug)).toEqual([unlabelledSlug]);
});
