import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { edit, labelledText, unlabelledText } from './fixture-pages.ts';
import { labelledSlug, startImporting, unlabelledSlug, type Importing } from './importing.ts';
import {
  findComparisonBySlug,
  getComparisonVersion,
  listResolvedVersions,
  listVersionsOfComparison,
} from '../../src/comparisons/queries.ts';
import type { Db } from '../../src/database.ts';

let importing: Importing;
let bringIn: Importing['bringIn'];
let show: Importing['show'];
let db: Db;

beforeAll(async () => {
  importing = await startImporting();
  ({ bringIn, show, db } = importing);
});
afterAll(() => importing.drop());
beforeEach(() => importing.clear());

describe('two pages that share a tool', () => {
  const permutations = [
    ['labelled first', [labelledText, unlabelledText]],
    ['labelled last', [unlabelledText, labelledText]],
  ] as const;

  test.each(permutations)('share labels, %s', async (_, texts) => {
    for (const text of texts) await bringIn(text);
    const { left, right } = await show(unlabelledSlug);
    expect(left.takes.map(({ persona, score }) => [persona, score])).toEqual([
      ['builder', 81],
      ['skeptic', 70],
      ['creator', 35],
      ['founder', 88],
    ]);
    expect(right.takes.every(({ persona }) => persona === null)).toBe(true);
    expect(left.pricing).toBeNull();
  });

  test.each(permutations)('show the newest facts, both kept, %s', async (_, [first, second]) => {
    await bringIn(first);
    await bringIn(edit(second, 'Puts a model behind a port in one command', 'One command, one port'));
    for (const slug of [labelledSlug, unlabelledSlug])
      expect((await show(slug)).left.tagline).toBe('One command, one port');
    const stored = await db.selectFrom('comparisonVersions').select('content').execute();
    expect(new Set(stored.map(({ content }) => content.left.tagline)).size).toBe(2);
  });

  test('the publication decides which is newest, not the order of import', async () => {
    await bringIn(unlabelledText, { publishedAt: new Date('2026-11-09T00:00:00Z') });
    const older = edit(labelledText, 'Puts a model behind a port in one command', 'An old tagline');
    await bringIn(older, { publishedAt: new Date('2026-11-01T00:00:00Z') });
    expect((await show(labelledSlug)).left.tagline).toBe('Puts a model behind a port in one command');
  });
});

describe('one version of a comparison', () => {
  test('a picked version keeps its own facts and takes newer ones from other pages', async () => {
    await bringIn(labelledText);
    const [picked] = await listVersionsOfComparison(db, labelledSlug);
    importing.setNow('2026-11-12T08:00:00Z');
    await bringIn(edit(labelledText, '33%', '99%'));
    await bringIn(edit(unlabelledText, 'Paid', 'Free'));
    const version = await getComparisonVersion(db, picked?.id ?? '');
    expect(version.right.shipPercent).toBe(33);
    expect(version.left.entry).toBe('free');
  });

  test('a version that does not exist is absent from many and a failure alone', async () => {
    const id = '00000000-0000-4000-8000-000000000000';
    expect((await listResolvedVersions(db, [id])).size).toBe(0);
    expect((await listResolvedVersions(db, [])).size).toBe(0);
    await expect(getComparisonVersion(db, id)).rejects.toThrow(/no version/);
    expect(await findComparisonBySlug(db, 'nobody')).toBeUndefined();
  });
});
