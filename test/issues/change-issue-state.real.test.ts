import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { cancelIssue, changeToCancelled } from '../../src/issues/cancel-issue.ts';
import { changeIssueState } from '../../src/issues/change-issue-state.ts';
import { pauseIssue } from '../../src/issues/pause-issue.ts';
import { findIssueByNumber, getIssue } from '../../src/issues/queries.ts';
import { resumeIssue } from '../../src/issues/resume-issue.ts';
import { voidApproval } from '../../src/issues/void-approval.ts';
import { isRefusal } from '../../src/platform/refusal.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { insertIssue } from './insert-samples.ts';
import { createTestContext, type TestContext } from './test-context.ts';

let database: TestDatabase;
let ctx: TestContext;
const now = '2026-11-24T10:00:00.000Z';

beforeAll(async () => {
  database = await createTestDatabase();
  ctx = createTestContext(database.db, now);
});
afterAll(() => database.drop());
// Only one issue may be open: each test closes those of the others.
beforeEach(async () => {
  await ctx.db.updateTable('issues').set({ state: 'cancelled', number: null }).execute();
});

const listAudit = (entityId: string) =>
  ctx.db.selectFrom('auditLog').selectAll().where('entityId', '=', entityId).orderBy('id').execute();

test('an issue cancelled before it went out gives its number back, says why, and is in the audit log', async () => {
  const { id } = await insertIssue(ctx.db, { number: 7, state: 'approved' });
  const cancelled = await cancelIssue(ctx, { number: 7, by: 'ed@example.com', reason: 'Wrong week.' });
  expect(cancelled).toMatchObject({
    state: 'cancelled',
    number: null,
    stateReason: 'Wrong week.',
    endedAt: new Date(now),
  });
  expect(await findIssueByNumber(ctx.db, 7)).toBeUndefined();
  const approval = await ctx.db.selectFrom('approvals').selectAll().where('issueId', '=', id).executeTakeFirstOrThrow();
  expect(approval).toMatchObject({ voidedAt: new Date(now), voidedWhy: 'Wrong week.' });
  expect(await listAudit(id)).toMatchObject([
    {
      actor: 'ed@example.com',
      action: 'cancel',
      entity: 'issue',
      before: { state: 'approved', number: 7 },
      note: 'Wrong week.',
    },
  ]);
});

test.each(['sending', 'paused'] as const)(
  'cancelling an issue that is %s is left to its deliveries, and keeps the number',
  async (state) => {
    const { id } = await insertIssue(ctx.db, { number: 8, state });
    expect(await cancelIssue(ctx, { number: 8, by: 'ed', reason: 'Stop.' })).toMatchObject({
      refused: 'already-sending',
    });
    const cancelled = await ctx.db
      .transaction()
      .execute((tx) => changeToCancelled(tx, { issueId: id, by: 'ed', reason: 'Stop.', at: new Date(now) }));
    expect(cancelled).toMatchObject({ state: 'cancelled', number: 8 });
    const approval = await ctx.db
      .selectFrom('approvals')
      .selectAll()
      .where('issueId', '=', id)
      .executeTakeFirstOrThrow();
    expect(approval.voidedAt).toBeNull();
  },
);

test('pause and resume go back and forth with reason, moment and audit', async () => {
  const { id } = await insertIssue(ctx.db, { number: 9, state: 'sending' });
  expect(await pauseIssue(ctx, { number: 9, by: 'op', reason: 'Look first.' })).toMatchObject({
    state: 'paused',
    stateReason: 'Look first.',
  });
  expect(await pauseIssue(ctx, { number: 9, by: 'op', reason: 'Again.' })).toMatchObject({
    refused: 'wrong-state',
    sentence: 'Issue 9 is already paused (Look first).',
  });
  expect(await resumeIssue(ctx, { number: 9, by: 'op' })).toMatchObject({
    state: 'sending',
    stateReason: null,
    resumedAt: new Date(now),
  });
  expect((await listAudit(id)).map((row) => row.action)).toEqual(['pause', 'resume']);
});

test('111 twenty pauses and resumes at once leave one of the two states and one audit row for each change', async () => {
  const { id } = await insertIssue(ctx.db, { number: 10, state: 'sending' });
  const results = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      index % 2 === 0
        ? pauseIssue(ctx, { number: 10, by: 'op', reason: `${index}` })
        : resumeIssue(ctx, { number: 10, by: 'op' }),
    ),
  );
  const changes = results.filter((result) => !isRefusal(result)).length;
  const audit = await listAudit(id);
  expect(audit).toHaveLength(changes);
  expect((await getIssue(ctx.db, id)).state).toBe(changes % 2 === 0 ? 'sending' : 'paused');
  audit.forEach((row, index) => expect(row.action).toBe(index % 2 === 0 ? 'pause' : 'resume'));
});

test('an approved issue is not resumed past its freeze', async () => {
  await insertIssue(ctx.db, { number: 11, state: 'approved' });
  expect(await resumeIssue(ctx, { number: 11, by: 'op' })).toMatchObject({ refused: 'not-paused' });
});

test('taking an approval back makes a draft without revision and keeps why', async () => {
  const { id } = await insertIssue(ctx.db, { number: 12, state: 'approved' });
  const draft = await voidApproval(ctx, { number: 12, by: 'ed', why: 'A typo.' });
  expect(draft).toMatchObject({
    state: 'draft',
    revisionId: null,
    approvedAt: null,
    sendAt: null,
    stateReason: 'A typo.',
    number: 12,
  });
  const approval = await ctx.db.selectFrom('approvals').selectAll().where('issueId', '=', id).executeTakeFirstOrThrow();
  expect(approval.voidedWhy).toBe('A typo.');
  expect(await voidApproval(ctx, { number: 12, by: 'ed', why: 'Again.' })).toMatchObject({ refused: 'wrong-state' });
});

describe.each([0, -1, 1.5, 2_147_483_648, Number.NaN, 404])('issue %s', (number) => {
  test('is refused with where to look', async () => {
    expect(await pauseIssue(ctx, { number, by: 'op', reason: 'x' })).toMatchObject({ refused: 'no-issue' });
  });
});

test('what ended leads nowhere', async () => {
  const { id } = await insertIssue(ctx.db, { number: 13, state: 'sent' });
  const again = await ctx.db
    .transaction()
    .execute((tx) => changeIssueState(tx, { issueId: id, to: 'sending', by: 'x', at: new Date(now), action: 'x' }));
  expect(again).toEqual({ refused: 'wrong-state', sentence: 'Issue 13 is sent and cannot become sending from there.' });
});
