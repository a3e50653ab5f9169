import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { getNextNumber, listCandidates } from '../../src/issues/candidate-queries.ts';
import { composeIssue } from '../../src/issues/compose-issue.ts';
import type { Issue } from '../../src/issues/queries.ts';
import { findWentOut, listFoundPicks, noteUnknownIssue, type UnknownIssue } from '../../src/issues/unknown-issues.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { insertComparison } from './insert-samples.ts';
import { createTestContext } from './test-context.ts';

const now = '2026-11-24T09:00:00Z';
const id = '11111111-0000-4000-8000-000000000000';
let test: TestDatabase;
beforeEach(async () => {
  test = await createTestDatabase();
});
afterEach(() => test.drop());

async function note(changes: Partial<UnknownIssue> = {}, at = now): Promise<void> {
  const day = new Date('2026-11-21T09:00:00Z');
  const what = { subject: 'Axolotl wins', number: null, mailsCount: 412, picks: [] };
  const issue = { id, ...what, firstAt: day, lastAt: day, ...changes };
  await test.db.transaction().execute((tx) => noteUnknownIssue(tx, issue, new Date(at)));
}

const pick = (leftSlug: string, rightSlug: string, link: string | null = null) => ({ leftSlug, rightSlug, link });
const candidates = async (): Promise<string[]> =>
  (await listCandidates(test.db, new Date(now))).map(({ slug }) => slug).toSorted();

describe('what an unknown issue carried', () => {
  it('is no candidate: named by its tools either way round, or by its page, and by nothing less', async () => {
    for (const right of ['Gemma', 'Gemma 3', 'Llama', 'Mistral']) await insertComparison(test.db, { right });
    const mistral = test.db.updateTable('comparisons').where('rightSlug', '=', 'mistral');
    await mistral.set({ url: 'https://verdicts.example.com/m' }).execute();
    expect(await candidates()).toHaveLength(4);
    await note({
      picks: [pick('axolotl', 'gemma'), pick('llama', 'axolotl'), pick('x', 'y', 'https://verdicts.example.com/m')],
    });
    expect(await candidates()).toEqual(['axolotl-vs-gemma-3']);
  });

  it('is kept when it is told again with less, and is the same for what is imported later', async () => {
    await note({ picks: [pick('axolotl', 'gemma'), pick('axolotl', 'llama')] });
    await note({ mailsCount: 3, lastAt: new Date('2026-11-22T09:00:00Z'), picks: [pick('axolotl', 'gemma')] });
    expect(await test.db.selectFrom('unknownIssues').selectAll().execute()).toMatchObject([
      { mailsCount: 412, firstAt: new Date('2026-11-21T09:00:00Z'), lastAt: new Date('2026-11-22T09:00:00Z') },
    ]);
    expect(await listFoundPicks(test.db, id)).toMatchObject([{ slug: null }, { slug: null }]);
    await insertComparison(test.db, { right: 'Llama' });
    expect(await listFoundPicks(test.db, id)).toMatchObject([{ slug: 'axolotl-vs-llama' }, { slug: null }]);
    expect(await candidates()).toEqual([]);
  });
});

it('the next issue comes after what readers know', async () => {
  expect(await getNextNumber(test.db)).toBe(1);
  await note();
  expect(await getNextNumber(test.db)).toBe(1);
  await note({ number: 12 });
  await note();
  expect(await getNextNumber(test.db)).toBe(13);
});

describe('a draft', () => {
  let draft: Issue;
  beforeEach(async () => {
    for (const right of ['Gemma', 'Llama']) await insertComparison(test.db, { right });
    const composed = await composeIssue(createTestContext(test.db, now), { by: 'test' });
    if (!('issue' in composed)) throw new Error('nothing composed');
    draft = composed.issue;
  });

  it('repeats an unknown issue by one pick in both', async () => {
    await note({ picks: [pick('gemma', 'axolotl'), pick('x', 'y')] });
    expect(await findWentOut(test.db, draft)).toMatchObject({ slugs: ['axolotl-vs-gemma'], isSame: false });
  });

  it('repeats none with another subject and other picks', async () => {
    await note({ picks: [pick('x', 'y')] });
    expect(await findWentOut(test.db, draft)).toBeUndefined();
  });

  it('repeats by its subject what went out before it was composed only where the picks of that are not known', async () => {
    const { subject } = draft;
    await note({ subject, picks: [pick('x', 'y')] }, '2026-11-24T08:59:59Z');
    expect(await findWentOut(test.db, draft)).toBeUndefined();
    await test.db.deleteFrom('unknownPicks').execute();
    expect(await findWentOut(test.db, draft)).toMatchObject({ subject, slugs: [] });
  });

  it('repeats by its subject whatever is noted after it was composed', async () => {
    await note({ subject: draft.subject, picks: [pick('x', 'y')] }, '2026-11-24T09:00:01Z');
    expect(await findWentOut(test.db, draft)).toMatchObject({ slugs: [], isSame: false });
  });

  it('repeats itself, where the provider took its mails', async () => {
    await note({ id: draft.id });
    expect(await findWentOut(test.db, draft)).toMatchObject({ isSame: true });
  });
});
