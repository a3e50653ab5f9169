import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cancelIssue } from '../../src/issues/cancel-issue.ts';
import { candidatesLimit, listCandidates } from '../../src/issues/candidate-queries.ts';
import { composeIssue } from '../../src/issues/compose-issue.ts';
import { listPicks } from '../../src/issues/list-picks.ts';
import { listIssues } from '../../src/issues/queries.ts';
import { countCodePoints } from '../../src/issues/render/clean-words.ts';
import { isRefusal } from '../../src/platform/refusal.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { insertComparison, insertIssue } from './insert-samples.ts';
import { createTestContext, type TestContext } from './test-context.ts';

let database: TestDatabase;
let ctx: TestContext;
const dayMs = 86_400_000;
const now = new Date('2026-11-24T10:00:00.000Z');
const ago = (ms: number): Date => new Date(now.getTime() - ms);

beforeEach(async () => {
  database = await createTestDatabase();
  ctx = createTestContext(database.db, now.toISOString());
});
afterEach(() => database.drop());

const compose = () => composeIssue(ctx, { by: 'ed@example.com' });
const namesPicked = async (): Promise<string[]> => {
  const composed = await compose();
  if (!('picks' in composed)) return [JSON.stringify(composed)];
  return composed.picks.map((pick) => pick.candidate.comparison.right.name).sort();
};

test('a draft has the next number, picks with versions and reasons, and a subject and preheader that fit', async () => {
  await insertComparison(ctx.db, { right: 'SmolLM3', publishedAt: ago(2 * dayMs) });
  const { versionId } = await insertComparison(ctx.db, { right: 'Gemma', publishedAt: ago(dayMs) });
  const composed = await compose();
  if (!('issue' in composed)) throw new Error('nothing composed');
  const { issue } = composed;
  expect(issue).toMatchObject({ number: 1, state: 'draft', composedBy: 'ed@example.com', sendAt: null });
  expect(issue.subject.length).toBeGreaterThan(0);
  expect(countCodePoints(issue.subject)).toBeLessThanOrEqual(60);
  expect(countCodePoints(issue.preheader)).toBeLessThanOrEqual(110);
  const picks = await listPicks(ctx.db, issue.id);
  expect(picks.map((pick) => [pick.position, pick.comparison.slug])).toEqual([
    [1, 'axolotl-vs-gemma'],
    [2, 'axolotl-vs-smollm3'],
  ]);
  expect(picks[0]).toMatchObject({ versionId, version: 1, reasons: composed.picks[0]?.reasons });
  expect(picks[0]?.reasons[0]?.sentence).toBe('published 1 day ago');
});

test('106 with nothing new there is no issue at all, and that is no error', async () => {
  expect(await compose()).toEqual({ skipped: 'nothing new' });
  expect(await listIssues(ctx.db)).toEqual([]);
});

test('28 days old is new, a millisecond more is not; a page without a date counts from its import; one dated ahead is not out', async () => {
  await insertComparison(ctx.db, { right: 'Just', publishedAt: ago(28 * dayMs) });
  await insertComparison(ctx.db, { right: 'Old', publishedAt: ago(28 * dayMs + 1) });
  await insertComparison(ctx.db, { right: 'Imported', firstImportedAt: ago(28 * dayMs) });
  await insertComparison(ctx.db, { right: 'Long imported', firstImportedAt: ago(28 * dayMs + 1) });
  await insertComparison(ctx.db, { right: 'Ahead', publishedAt: ago(-1), firstImportedAt: ago(dayMs) });
  await insertComparison(ctx.db, { right: 'Today', publishedAt: now });
  expect(await namesPicked()).toEqual(['Imported', 'Just', 'Today']);
});

test('what was in a frozen issue is never picked again; what was only drafted is', async () => {
  const states = ['sent', 'cancelled', 'skipped'] as const;
  for (const [index, state] of states.entries()) {
    const issue = await insertIssue(ctx.db, { number: state === 'sent' ? 4 : null, state });
    const comparison = await insertComparison(ctx.db, { right: `In ${state}`, publishedAt: ago(dayMs) });
    await ctx.db
      .insertInto('picks')
      .values({
        issueId: issue.id,
        position: index + 1,
        comparisonId: comparison.comparisonId,
        comparisonVersionId: comparison.versionId,
        score: 1,
        reasons: '[]',
      })
      .execute();
  }
  expect(await namesPicked()).toEqual(['In cancelled', 'In skipped']);
});

test('one cancelled after it was frozen counts as gone out, keeps its number, and is told as last featured', async () => {
  const issue = await insertIssue(ctx.db, { number: 4, state: 'sending' });
  const { comparisonId, versionId } = await insertComparison(ctx.db, { right: 'Gone', publishedAt: ago(dayMs) });
  const pick = {
    issueId: issue.id,
    position: 1,
    comparisonId,
    comparisonVersionId: versionId,
    score: 1,
    reasons: '[]',
  };
  await ctx.db.insertInto('picks').values(pick).execute();
  await ctx.db.updateTable('issues').set({ state: 'cancelled' }).execute();
  await insertComparison(ctx.db, { right: 'New', publishedAt: ago(dayMs) });
  const composed = await compose();
  if (!('issue' in composed)) throw new Error('nothing composed');
  expect(composed.issue.number).toBe(5);
  expect(composed.picks).toHaveLength(1);
  expect(composed.picks[0]?.reasons.at(-1)?.sentence).toBe('first time New is featured; Axolotl was last in issue 4');
});

test('the schedule says how many picks there are at most', async () => {
  for (let index = 1; index <= 8; index += 1)
    await insertComparison(ctx.db, { right: `Tool ${index}`, publishedAt: ago(index) });
  expect(await namesPicked()).toHaveLength(7);
});

test.each(['draft', 'approved', 'sending', 'paused'] as const)(
  'while an issue is %s no other is composed',
  async (state) => {
    await insertIssue(ctx.db, { number: 3, state });
    await insertComparison(ctx.db, { right: 'Gemma', publishedAt: ago(dayMs) });
    const refused = await compose();
    expect(refused).toMatchObject({ refused: 'open-issue' });
    expect(isRefusal(refused) && refused.sentence).toContain(`Issue 3 is still ${state}`);
  },
);

test('18 composing five times at once makes one issue, and the others are told which', async () => {
  await insertComparison(ctx.db, { right: 'Gemma', publishedAt: ago(dayMs) });
  const results = await Promise.all(Array.from({ length: 5 }, compose));
  expect(results.filter((result) => 'issue' in result)).toHaveLength(1);
  expect(
    results.filter((result) => isRefusal(result) && result.sentence.startsWith('Issue 1 is still draft')),
  ).toHaveLength(4);
  expect(await listIssues(ctx.db)).toHaveLength(1);
});

test('the number of a cancelled draft is given to the next', async () => {
  await insertComparison(ctx.db, { right: 'Gemma', publishedAt: ago(dayMs) });
  await compose();
  await cancelIssue(ctx, { number: 1, by: 'ed', reason: 'Again.' });
  expect(await compose()).toMatchObject({ issue: { number: 1 } });
});

test('of more than 500 new comparisons the newest 500 are looked at', async () => {
  const insertMany = async (from: number, to: number): Promise<void> => {
    await sql`
      with made as (
        insert into comparisons (slug, left_slug, right_slug, published_at)
        select 'a-vs-b' || n, 'a', 'b' || n, ${now}::timestamptz - n * interval '1 second'
        from generate_series(${from}::integer, ${to}::integer) n returning id)
      insert into comparison_versions (comparison_id, version, content, content_hash, stated_at)
      select id, 1, '{}', 'hash', ${now} from made`.execute(ctx.db);
  };
  await insertMany(1, candidatesLimit);
  expect(await listCandidates(ctx.db, now)).toHaveLength(500);
  await insertMany(candidatesLimit + 1, candidatesLimit + 1);
  const candidates = await listCandidates(ctx.db, now);
  expect(candidates).toHaveLength(500);
  expect(candidates.at(-1)?.slug).toBe('a-vs-b500');
});
