import { setImmediate } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Db } from '../../src/database.ts';
import { actOnDueRuns } from '../../src/issues/act-on-runs.ts';
import { approveIssue, approveIssueIn } from '../../src/issues/approve-issue.ts';
import { cancelIssue } from '../../src/issues/cancel-issue.ts';
import { composeIssue } from '../../src/issues/compose-issue.ts';
import { listIssues, lockIssue } from '../../src/issues/queries.ts';
import { voidApproval } from '../../src/issues/void-approval.ts';
import { openDb } from '../../src/platform/db.ts';
import { changeSchedule } from '../../src/schedule/change-schedule.ts';
import { pauseSchedule, resumeSchedule } from '../../src/schedule/pause-schedule.ts';
import { ensureSchedule } from '../../src/schedule/queries.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { insertComparison } from './insert-samples.ts';
import { createTestContext, type TestContext } from './test-context.ts';

let database: TestDatabase;
let ctx: TestContext;
let scheduleId: string;
/** Tuesday of the slot; its draft is due the day before. */
const slotAt = new Date('2026-11-24T09:00:00Z');
const composeTime = '2026-11-23T09:00:00Z';
const sendTime = '2026-11-24T09:00:00Z';
const pastGrace = '2026-11-24T21:00:00.001Z';

beforeEach(async () => {
  database = await createTestDatabase();
  ctx = createTestContext(database.db, '2026-11-20T00:00:00Z');
  scheduleId = (await ensureSchedule(ctx.db, ctx.clock.now())).id;
});
afterEach(() => database.drop());

async function tickAt(text: string): Promise<string[]> {
  ctx.setNow(text);
  return (await actOnDueRuns(ctx)).map((act) => `${act.did} ${act.issueNumber ?? '-'}`);
}

const listRuns = (): Promise<{ state: string; reason: string | null; slotAt: Date; issueId: string | null }[]> =>
  ctx.db.selectFrom('runs').select(['state', 'reason', 'slotAt', 'issueId']).orderBy('slotAt').execute();

test('a week: composed at its lead for its slot, approved, and acted on when it went out', async () => {
  await insertComparison(ctx.db, { right: 'Gemma' });
  expect(await tickAt('2026-11-23T08:59:59.999Z')).toEqual([]);
  expect(await tickAt(composeTime)).toEqual(['composed 1']);
  expect(await tickAt(composeTime)).toEqual([]);
  const [issue] = await listIssues(ctx.db);
  expect(issue).toMatchObject({ state: 'draft', sendAt: slotAt, composedBy: 'schedule' });
  await approveIssue(ctx, { number: 1, by: 'ed' });
  expect(await tickAt(sendTime)).toEqual([]);
  await ctx.db.updateTable('issues').set({ state: 'sending', frozenAt: slotAt }).execute();
  expect(await tickAt(sendTime)).toEqual(['acted 1']);
  expect(await tickAt(pastGrace)).toEqual([]);
  expect(await listRuns()).toMatchObject([{ state: 'acted', slotAt, issueId: issue?.id }]);
});

test('17 two schedulers ticking at once, many times, make one run and one issue', async () => {
  await insertComparison(ctx.db, { right: 'Gemma' });
  ctx.setNow(composeTime);
  const otherDb: Db = openDb(database.url, { max: 5 });
  const other = { ...ctx, db: otherDb };
  const acts = await Promise.all(Array.from({ length: 10 }, (_, index) => actOnDueRuns(index % 2 === 0 ? ctx : other)));
  await otherDb.destroy();
  expect(acts.flat().filter((act) => act.did === 'composed')).toHaveLength(1);
  expect(acts.flat().filter((act) => act.did !== 'composed')).toEqual([]);
  expect(await listIssues(ctx.db)).toHaveLength(1);
  expect(await listRuns()).toHaveLength(1);
});

test('17 a scheduler beside a person who composes makes one issue; the run is skipped when that one is still open', async () => {
  await insertComparison(ctx.db, { right: 'Gemma' });
  ctx.setNow('2026-11-22T00:00:00Z');
  await composeIssue(ctx, { by: 'ed' });
  expect(await tickAt(composeTime)).toEqual([]);
  expect(await tickAt(sendTime)).toEqual(['skipped -']);
  expect(await listRuns()).toMatchObject([{ state: 'skipped', reason: 'Issue 1 was still draft at this send time.' }]);
  expect(await listIssues(ctx.db)).toHaveLength(1);
});

test('a run that waits for an open issue composes when that one ends in time', async () => {
  await insertComparison(ctx.db, { right: 'Gemma' });
  ctx.setNow('2026-11-22T00:00:00Z');
  await composeIssue(ctx, { by: 'ed' });
  expect(await tickAt(composeTime)).toEqual([]);
  await cancelIssue(ctx, { number: 1, by: 'ed', reason: 'The schedule does it.' });
  expect(await tickAt('2026-11-23T09:01:00Z')).toEqual(['composed 1']);
});

test('106 with nothing new the run says so, takes what comes before its send time, else is skipped then without an issue', async () => {
  expect(await tickAt(composeTime)).toEqual(['held -']);
  expect(await tickAt('2026-11-23T09:01:00Z')).toEqual([]);
  expect(await tickAt(sendTime)).toEqual(['skipped -']);
  expect(await listRuns()).toMatchObject([{ state: 'skipped', reason: 'nothing new', issueId: null }]);
  expect(await listIssues(ctx.db)).toEqual([]);
  expect(await tickAt('2026-11-30T09:00:00Z')).toEqual(['held -']);
  await insertComparison(ctx.db, { right: 'Gemma' });
  expect(await tickAt('2026-11-30T10:00:00Z')).toEqual(['composed 1']);
});

test('106 a draft with too few picks is skipped at its send time with the reason, and gives its number back', async () => {
  await changeSchedule(ctx.db, { id: scheduleId, changes: { minimumPicksCount: 2 }, now: ctx.clock.now() });
  await insertComparison(ctx.db, { right: 'Gemma' });
  expect(await tickAt(composeTime)).toEqual(['composed 1']);
  expect(await tickAt('2026-11-24T08:59:59.999Z')).toEqual([]);
  expect(await tickAt(sendTime)).toEqual(['skipped 1']);
  const reason = expect.stringContaining('has 1 pick and needs 2');
  expect(await listIssues(ctx.db)).toMatchObject([
    { state: 'skipped', number: null, stateReason: reason, endedAt: slotAt },
  ]);
  expect(await listRuns()).toMatchObject([{ state: 'skipped', reason }]);
});

test('104 a draft nobody approves waits through its grace, then expires once and is never caught up', async () => {
  await insertComparison(ctx.db, { right: 'Gemma' });
  await tickAt(composeTime);
  expect(await tickAt('2026-11-24T21:00:00.000Z')).toEqual([]);
  expect(await tickAt(pastGrace)).toEqual(['expired 1']);
  expect(await tickAt(pastGrace)).toEqual([]);
  expect(await listIssues(ctx.db)).toMatchObject([{ state: 'skipped', number: null }]);
  expect(await tickAt('2026-11-29T00:00:00Z')).toEqual([]);
  // What was only drafted may be picked for the week after, under the number that was given back.
  expect(await tickAt('2026-11-30T09:00:00Z')).toEqual(['composed 1']);
});

test('104 asleep for three weeks: two slots expire, the one within its grace is caught up, once', async () => {
  await insertComparison(ctx.db, { right: 'Gemma', publishedAt: new Date('2026-12-07T00:00:00Z') });
  expect(await tickAt('2026-12-08T20:00:00Z')).toEqual(['expired -', 'expired -', 'composed 1']);
  expect(await tickAt('2026-12-08T20:01:00Z')).toEqual([]);
  expect((await listRuns()).map((run) => run.state)).toEqual(['expired', 'expired', 'due']);
});

test('104 asleep over the slot and its grace: expired, nothing is composed', async () => {
  await insertComparison(ctx.db, { right: 'Gemma' });
  expect(await tickAt(pastGrace)).toEqual(['expired -']);
  expect(await listIssues(ctx.db)).toEqual([]);
});

test('104 a schedule paused for three weeks catches nothing up when it is resumed', async () => {
  await insertComparison(ctx.db, { right: 'Gemma', publishedAt: new Date('2026-12-07T00:00:00Z') });
  await pauseSchedule(ctx.db, { id: scheduleId, by: 'ed', now: ctx.clock.now() });
  expect(await tickAt('2026-12-08T20:00:00Z')).toEqual([]);
  await resumeSchedule(ctx.db, { id: scheduleId, by: 'ed', now: ctx.clock.now() });
  expect(await tickAt('2026-12-08T20:01:00Z')).toEqual([]);
  expect(await listRuns()).toEqual([]);
  expect(await tickAt('2026-12-14T09:00:00Z')).toEqual(['composed 1']);
});

test('104 a run without an issue is skipped when the schedule is edited, and the new zone decides from then on', async () => {
  expect(await tickAt(composeTime)).toEqual(['held -']);
  await changeSchedule(ctx.db, { id: scheduleId, changes: { timeZone: 'America/New_York' }, now: ctx.clock.now() });
  expect(await listRuns()).toMatchObject([{ state: 'skipped', reason: 'The schedule was changed.' }]);
  await insertComparison(ctx.db, { right: 'Gemma' });
  expect(await tickAt('2026-11-23T13:59:59Z')).toEqual([]);
  expect(await tickAt('2026-11-23T14:00:00Z')).toEqual(['composed 1']);
  expect((await listRuns()).at(-1)?.slotAt.toISOString()).toBe('2026-11-24T14:00:00.000Z');
});

test('105 the clock steps back an hour and forth again: nothing is done twice', async () => {
  await insertComparison(ctx.db, { right: 'Gemma' });
  await tickAt('2026-11-23T09:30:00Z');
  expect(await tickAt('2026-11-23T08:30:00Z')).toEqual([]);
  expect(await tickAt('2026-11-23T09:30:00Z')).toEqual([]);
  expect(await listRuns()).toHaveLength(1);
});

test('where approval is automatic a draft is approved for its slot, but not again after a person took that back', async () => {
  await changeSchedule(ctx.db, { id: scheduleId, changes: { autoApprove: true }, now: ctx.clock.now() });
  await insertComparison(ctx.db, { right: 'Gemma' });
  expect(await tickAt(composeTime)).toEqual(['composed 1']);
  expect(await tickAt('2026-11-23T09:01:00Z')).toEqual(['approved 1']);
  expect(await listIssues(ctx.db)).toMatchObject([{ state: 'approved', sendAt: slotAt }]);
  await voidApproval(ctx, { number: 1, by: 'ed', why: 'Let me read it.' });
  expect(await listIssues(ctx.db)).toMatchObject([{ state: 'draft', sendAt: slotAt }]);
  expect(await tickAt('2026-11-23T09:02:00Z')).toEqual([]);
  expect(await tickAt(pastGrace)).toEqual(['expired 1']);
});

test('a cancelled issue ends its run with its reason', async () => {
  await insertComparison(ctx.db, { right: 'Gemma' });
  await tickAt(composeTime);
  await cancelIssue(ctx, { number: 1, by: 'ed', reason: 'Holiday.' });
  expect(await tickAt('2026-11-23T09:01:00Z')).toEqual(['skipped -']);
  expect(await listRuns()).toMatchObject([{ state: 'skipped', reason: 'Holiday.' }]);
  // The slot has had its issue: no other is composed for it.
  expect(await tickAt('2026-11-23T09:02:00Z')).toEqual([]);
});

test('16 a run that fails is reported, changes nothing, and is tried again', async () => {
  await insertComparison(ctx.db, { right: 'Gemma' });
  await ctx.db.schema.alterTable('picks').renameTo('picks_gone').execute();
  expect(await tickAt(composeTime)).toEqual(['failed -']);
  await ctx.db.schema.alterTable('picks_gone').renameTo('picks').execute();
  expect(await listRuns()).toMatchObject([{ state: 'due', issueId: null }]);
  expect(await tickAt(composeTime)).toEqual(['composed 1']);
});

test('an approval under way when the grace ends goes before the tick: the issue stays approved', async () => {
  await insertComparison(ctx.db, { right: 'Gemma' });
  await tickAt(composeTime);
  ctx.setNow(pastGrace);
  const [draft] = await listIssues(ctx.db);
  const ticking = await ctx.db.transaction().execute(async (tx) => {
    const issue = await lockIssue(tx, draft?.id ?? '');
    await approveIssueIn(ctx, tx, { issue, by: 'ed', sendAt: issue.sendAt, schedule: undefined });
    const acts = actOnDueRuns(ctx);
    while (!(await isSomebodyWaiting())) await setImmediate();
    return { acts };
  });
  expect(await ticking.acts).toEqual([]);
  expect(await listIssues(ctx.db)).toMatchObject([{ state: 'approved', number: 1 }]);
  expect(await listRuns()).toMatchObject([{ state: 'due' }]);
});

async function isSomebodyWaiting(): Promise<boolean> {
  const found = await sql`
    select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(ctx.db);
  return found.rows.length > 0;
}
