import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { approveIssue } from '../../src/issues/approve-issue.ts';
import { cancelIssue } from '../../src/issues/cancel-issue.ts';
import { composeIssue } from '../../src/issues/compose-issue.ts';
import { previewIssue } from '../../src/issues/preview-issue.ts';
import { getIssue, getRevision } from '../../src/issues/queries.ts';
import { hashRevision } from '../../src/issues/render/revision-content.ts';
import { voidApproval } from '../../src/issues/void-approval.ts';
import { isRefusal } from '../../src/platform/refusal.ts';
import { hashAddress } from '../../src/suppressions/address.ts';
import { readUnsubscribeToken } from '../../src/subscribers/unsubscribe-token.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { insertComparison, insertIssue } from './insert-samples.ts';
import { createTestContext, type TestContext } from './test-context.ts';

let database: TestDatabase;
let ctx: TestContext;
const now = '2026-11-24T10:00:00.000Z';
const tomorrow = new Date('2026-11-25T09:00:00.000Z');
const by = 'ed@example.com';

beforeEach(async () => {
  database = await createTestDatabase();
  ctx = createTestContext(database.db, now);
  for (const right of ['Gemma', 'SmolLM3', 'Mistral']) await insertComparison(ctx.db, { right });
});
afterEach(() => database.drop());

async function approve() {
  const approved = await approveIssue(ctx, { number: 1, by, sendAt: tomorrow });
  if (isRefusal(approved)) throw new Error(approved.sentence);
  return approved;
}

test('an approval stores the revision with its cards, the variant of all of them, who and when', async () => {
  await composeIssue(ctx, { by });
  const { issue, revisionId, already } = await approve();
  expect(already).toBe(false);
  expect(issue).toMatchObject({
    state: 'approved',
    sendAt: tomorrow,
    revisionId,
    approvedAt: new Date(now),
    number: 1,
  });
  const revision = await getRevision(ctx.db, revisionId);
  expect(revision.number).toBe(1);
  expect(revision.cards.map((card) => card.key)).toEqual([
    'shared-axolotl',
    'shared-axolotl/pick-1',
    'shared-axolotl/pick-2',
    'shared-axolotl/pick-3',
  ]);
  expect(revision.variants).toMatchObject([{ ordinal: 1, cardPositions: [1, 2, 3, 4] }]);
  expect(revision.envelope).toMatchObject({ subject: issue.subject, keyId: ctx.keys.signingKeyId });
  // Read back from Postgres the bytes still have the hash they were approved under.
  expect(hashRevision(revision)).toBe(revision.hash);
  const approvals = await ctx.db.selectFrom('approvals').selectAll().execute();
  expect(approvals).toMatchObject([{ issueId: issue.id, revisionId, approvedBy: by, voidedAt: null }]);
});

test('18 approving five times at once stores one revision, and every answer names it', async () => {
  await composeIssue(ctx, { by });
  const all = await Promise.all(Array.from({ length: 5 }, approve));
  expect(new Set(all.map((approved) => approved.revisionId)).size).toBe(1);
  expect(all.filter((approved) => approved.already)).toHaveLength(4);
  expect(await ctx.db.selectFrom('revisions').selectAll().execute()).toHaveLength(1);
  expect(await ctx.db.selectFrom('approvals').selectAll().execute()).toHaveLength(1);
});

test('without a time of its own the issue keeps that of its slot, or waits for a person', async () => {
  await composeIssue(ctx, { by });
  expect(await approveIssue(ctx, { number: 1, by })).toMatchObject({ issue: { sendAt: null } });
  await cancelIssue(ctx, { number: 1, by, reason: 'Again.' });
  await composeIssue(ctx, { by, sendAt: tomorrow });
  expect(await approveIssue(ctx, { number: 1, by })).toMatchObject({ issue: { sendAt: tomorrow } });
});

test('too few picks block the approval with what to do, one more and it goes', async () => {
  await composeIssue(ctx, { by });
  await ctx.db.updateTable('schedules').set({ minimumPicksCount: 4 }).execute();
  const refused = await approveIssue(ctx, { number: 1, by });
  expect(refused).toMatchObject({ refused: 'blocked' });
  expect(isRefusal(refused) && refused.sentence).toMatch(/has 3 picks and needs 4: import more/);
  await ctx.db.updateTable('schedules').set({ minimumPicksCount: 3 }).execute();
  expect(await approveIssue(ctx, { number: 1, by })).toMatchObject({ already: false });
});

test('16 an issue that cannot be rendered is a draft with a blocking check', async () => {
  await composeIssue(ctx, { by });
  const broken = { ...ctx, config: { ...ctx.config, publicUrl: 'no address' } };
  const refused = await approveIssue(broken, { number: 1, by });
  expect(refused).toMatchObject({ refused: 'blocked' });
  expect(isRefusal(refused) && refused.sentence).toMatch(/cannot be rendered/);
  expect(await previewIssue(broken, { number: 1 })).toMatchObject({ refused: 'cannot-render' });
  expect(await approveIssue(ctx, { number: 1, by })).toMatchObject({ already: false });
});

test.each(['sending', 'sent'] as const)('an issue that is %s is not approved again', async (state) => {
  await insertIssue(ctx.db, { number: 1, state });
  expect(await approveIssue(ctx, { number: 1, by })).toMatchObject({ refused: 'wrong-state' });
  expect(await approveIssue(ctx, { number: 2, by })).toMatchObject({ refused: 'no-issue' });
});

test('107 57 an approved revision stays as it is when page, subject or settings change; a new approval makes revision 2', async () => {
  await composeIssue(ctx, { by });
  const first = await approve();
  const before = await previewIssue(ctx, { number: 1 });
  await sql`update comparison_versions set content = jsonb_set(content, '{right,pricing}', '"999 a month"')`.execute(
    ctx.db,
  );
  await ctx.db.updateTable('issues').set({ subject: 'Another' }).execute();
  const changed = { ...ctx, config: { ...ctx.config, postalAddress: '2 Another Street, Elsewhere' } };
  expect(await previewIssue(changed, { number: 1 })).toEqual(before);
  await voidApproval(ctx, { number: 1, by, why: 'Another subject.' });
  const redrawn = { subject: 'Another', text: expect.stringContaining('999 a month') };
  expect(await previewIssue(ctx, { number: 1 })).toMatchObject(redrawn);
  const second = await approve();
  expect((await getRevision(ctx.db, second.revisionId)).number).toBe(2);
  expect(second.revisionId).not.toBe(first.revisionId);
  const approvals = await ctx.db.selectFrom('approvals').selectAll().orderBy('id').execute();
  expect(approvals.map((row) => row.voidedWhy)).toEqual(['Another subject.', null]);
});

test('a preview of a draft is what its approval stores, to the byte', async () => {
  await composeIssue(ctx, { by });
  await approveIssue(ctx, { number: 1, by });
  const stored = await previewIssue(ctx, { number: 1 });
  await voidApproval(ctx, { number: 1, by, why: 'Compare.' });
  expect(await previewIssue(ctx, { number: 1 })).toEqual(stored);
  expect(stored).toMatchObject({ checks: [], headers: { 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' } });
  expect(JSON.stringify(stored)).not.toMatch(/[⟦⟧]/);
});

test('a preview as a subscriber has their name, and no link in a preview unsubscribes anybody', async () => {
  await composeIssue(ctx, { by });
  const address = 'ada@example.com';
  await ctx.db
    .insertInto('subscribers')
    .values({ address, addressHash: hashAddress(ctx.pepper, address), name: 'Ada <Lovelace>', state: 'active' })
    .execute();
  const rightIn = async (as?: string) => {
    const preview = await previewIssue(ctx, { number: 1, as });
    if (isRefusal(preview)) return preview.refused;
    const token = /\/unsubscribe\/([^>"\s]+)/.exec(preview.headers['List-Unsubscribe'] ?? '')?.[1] ?? '';
    expect(preview.html).toContain(token);
    expect(preview.text).toContain(token);
    return { ...readUnsubscribeToken(ctx.keys, token), isNamed: preview.text.includes('Ada') };
  };
  const zeros = '00000000-0000-0000-0000-000000000000';
  expect(await rightIn('Ada@Example.com')).toEqual({ subscriberId: zeros, deliveryId: zeros, isNamed: true });
  expect(await rightIn()).toEqual({ subscriberId: zeros, deliveryId: zeros, isNamed: false });
  expect(await rightIn('nobody@example.com')).toBe('no-subscriber');
  expect(
    (await getIssue(ctx.db, (await ctx.db.selectFrom('issues').select('id').executeTakeFirstOrThrow()).id)).state,
  ).toBe('draft');
});
