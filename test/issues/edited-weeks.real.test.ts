import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Db } from '../../src/database.ts';
import { actOnDueRuns } from '../../src/issues/act-on-runs.ts';
import { openDb } from '../../src/platform/db.ts';
import type { ScheduleChanges } from '../../src/schedule/change-schedule.ts';
import { describeSchedule } from '../../src/schedule/describe-schedule.ts';
import { editSchedule } from '../../src/schedule/edit-schedule.ts';
import { findNextSlot } from '../../src/schedule/find-next-slot.ts';
import { pauseSchedule, resumeSchedule } from '../../src/schedule/pause-schedule.ts';
import { ensureSchedule } from '../../src/schedule/queries.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { insertComparison } from './insert-samples.ts';
import { createTestContext, type TestContext } from './test-context.ts';

let database: TestDatabase;
let ctx: TestContext;
let scheduleId: string;

beforeEach(async () => {
  database = await createTestDatabase();
  ctx = createTestContext(database.db, '2026-11-20T00:00:00Z');
  scheduleId = (await ensureSchedule(ctx.db, ctx.clock.now())).id;
  await edit({ autoApprove: true });
});
afterEach(() => database.drop());

async function edit(changes: ScheduleChanges): Promise<void> {
  const { version: seenVersion } = await ensureSchedule(ctx.db, ctx.clock.now());
  const edited = await editSchedule(ctx, { seenVersion, changes, by: 'ed' });
  expect(edited).not.toHaveProperty('refused');
}

/** Ticks every three hours up to a moment, with something new to write about at any time; answers when issues went out. */
async function liveUntil(text: string): Promise<string[]> {
  const sent: string[] = [];
  const end = new Date(text).getTime();
  for (let at = ctx.clock.now().getTime(); at <= end; at += 3 * 3_600_000) {
    ctx.setNow(new Date(at).toISOString());
    await tickOnce();
    sent.push(...(await sendWhatIsDue()));
  }
  return sent;
}

let comparisonsCount = 0;

async function tickOnce(): Promise<void> {
  const news = await ctx.db.selectFrom('issues').select('id').where('state', 'in', ['draft', 'approved']).execute();
  if (news.length === 0) {
    comparisonsCount += 1;
    await insertComparison(ctx.db, { right: `Tool ${comparisonsCount}`, publishedAt: ctx.clock.now() });
  }
  await actOnDueRuns(ctx);
}

/** What the freeze and the workers do of it here: the issue is out. */
async function sendWhatIsDue(): Promise<string[]> {
  const now = ctx.clock.now();
  const due = await ctx.db
    .updateTable('issues')
    .set({ state: 'sent', frozenAt: now, sentAt: now })
    .where('state', '=', 'approved')
    .where('sendAt', '<=', now)
    .returning('sendAt')
    .execute();
  await actOnDueRuns(ctx);
  return due.map(({ sendAt }) => sendAt?.toISOString().slice(0, 16) ?? '');
}

const nextSend = async (): Promise<string> => {
  const schedule = await ensureSchedule(ctx.db, ctx.clock.now());
  return (await findNextSlot(ctx.db, schedule, ctx.clock.now()))?.slotAt.toISOString().slice(0, 16) ?? 'none';
};

const describeNow = async (): Promise<string> => {
  const schedule = await ensureSchedule(ctx.db, ctx.clock.now());
  return describeSchedule(schedule, await findNextSlot(ctx.db, schedule, ctx.clock.now()));
};

describe('104 the schedule is edited', () => {
  test('to a later day after this week has its issue: no second one this week, and the next one on the new day', async () => {
    expect(await liveUntil('2026-11-25T12:00:00Z')).toEqual(['2026-11-24T09:00']);
    await edit({ weekday: 4 });
    expect(await nextSend()).toBe('2026-12-03T09:00');
    expect(await liveUntil('2026-12-11T00:00:00Z')).toEqual(['2026-12-03T09:00', '2026-12-10T09:00']);
  });

  test('to a day that has passed before this week has its issue: it still goes out at its old time, then on the new day', async () => {
    await edit({ weekday: 4 });
    ctx.setNow('2026-11-25T06:00:00Z');
    await edit({ weekday: 2 });
    expect(await nextSend()).toBe('2026-11-26T09:00');
    expect(await liveUntil('2026-12-02T00:00:00Z')).toEqual(['2026-11-26T09:00', '2026-12-01T09:00']);
  });

  test('and its zone: the send time this week keeps is told as such, with the first of the new rule', async () => {
    ctx.setNow('2026-11-23T12:00:00Z');
    await edit({ hour: 0, minute: 15 });
    await edit({ weekday: 1, timeZone: 'Australia/Lord_Howe' });
    expect(await describeNow()).toContain(
      [
        'Mondays at 00:15, Australia/Lord_Howe',
        '  next send  tuesday 2026-11-24 11:15 (2026-11-24 00:15 UTC): this one keeps the send time of before the change',
        '             from then on monday 2026-11-30 00:15 (2026-11-29 13:15 UTC)',
      ].join('\n'),
    );
    ctx.setNow('2026-11-25T00:00:00Z');
    expect(await describeNow()).toMatch(/next send {2}monday 2026-11-30 00:15 \(2026-11-29 13:15 UTC\)\n/);
  });

  test('there and back again: this week has its issue at its own time', async () => {
    await liveUntil('2026-11-23T08:45:00Z');
    await ctx.db.deleteFrom('comparisonVersions').execute();
    await ctx.db.deleteFrom('comparisons').execute();
    ctx.setNow('2026-11-23T09:00:00Z');
    await actOnDueRuns(ctx);
    await edit({ weekday: 5 });
    await edit({ weekday: 2 });
    expect(await nextSend()).toBe('2026-11-24T09:00');
    expect(await liveUntil('2026-11-30T00:00:00Z')).toEqual(['2026-11-24T09:00']);
  });

  test('while its draft is there: the draft keeps its send time, and the week gets no other', async () => {
    await liveUntil('2026-11-23T12:00:00Z');
    await edit({ weekday: 5, hour: 18 });
    expect(await nextSend()).toBe('2026-11-24T09:00');
    expect(await liveUntil('2026-12-05T00:00:00Z')).toEqual(['2026-11-24T09:00', '2026-12-04T18:00']);
  });

  test('to another zone just after the issue went out: the same Monday morning does not come twice', async () => {
    await edit({ weekday: 1, hour: 4, minute: 30 });
    expect(await liveUntil('2026-11-23T06:00:00Z')).toEqual(['2026-11-23T04:30']);
    await edit({ timeZone: 'America/New_York' });
    expect(await liveUntil('2026-12-01T00:00:00Z')).toEqual(['2026-11-30T09:30']);
  });

  test('while two processes tick: one issue', async () => {
    const otherDb: Db = openDb(database.url, { max: 5 });
    const other = { ...ctx, db: otherDb };
    await insertComparison(ctx.db, { right: 'Gemma' });
    ctx.setNow('2026-11-23T09:00:00Z');
    await Promise.all([actOnDueRuns(ctx), edit({ weekday: 4 }), actOnDueRuns(other), actOnDueRuns(ctx)]);
    // Whatever came first: where it was the draft, the next tick approves it.
    await actOnDueRuns(ctx);
    ctx.setNow('2026-11-25T09:00:00Z');
    await Promise.all([actOnDueRuns(ctx), actOnDueRuns(other)]);
    await otherDb.destroy();
    const issues = await ctx.db.selectFrom('issues').select(['sendAt', 'state']).execute();
    expect(issues).toHaveLength(1);
    const served = await ctx.db.selectFrom('runs').select('week').where('issueId', 'is not', null).execute();
    expect(served).toEqual([{ week: '2026-11-23' }]);
  });
});

describe('104 the schedule stands still', () => {
  test('paused for three weeks and resumed an hour after a slot: nothing is caught up, the next slot is', async () => {
    await liveUntil('2026-11-22T00:00:00Z');
    await pauseSchedule(ctx.db, { id: scheduleId, by: 'ed', now: ctx.clock.now() });
    expect(await liveUntil('2026-12-08T10:00:00Z')).toEqual([]);
    expect(await nextSend()).toBe('none');
    await resumeSchedule(ctx.db, { id: scheduleId, by: 'ed', now: ctx.clock.now() });
    expect(await liveUntil('2026-12-16T00:00:00Z')).toEqual(['2026-12-15T09:00']);
  });

  test('asleep over three slots, awake within the grace of the last: one is caught up, late, and only one', async () => {
    await liveUntil('2026-11-22T00:00:00Z');
    ctx.setNow('2026-12-08T20:45:00Z');
    expect(await liveUntil('2026-12-14T00:00:00Z')).toEqual(['2026-12-08T09:00']);
    const runs = await ctx.db.selectFrom('runs').select('state').orderBy('slotAt').execute();
    expect(runs.map(({ state }) => state)).toEqual(['expired', 'expired', 'acted']);
  });

  test('asleep over three slots and the grace of the last: none is caught up', async () => {
    await liveUntil('2026-11-22T00:00:00Z');
    ctx.setNow('2026-12-08T21:00:01Z');
    expect(await liveUntil('2026-12-16T00:00:00Z')).toEqual(['2026-12-15T09:00']);
  });

  test('105 the clock steps back and forth an hour round draft and send: one issue', async () => {
    const sent: string[] = [];
    const steps = ['2026-11-23T09:00', '2026-11-23T08:00', '2026-11-23T09:30', '2026-11-24T09:15', '2026-11-24T08:15'];
    for (const text of [...steps, '2026-11-24T09:00', '2026-11-24T10:00', '2026-11-24T09:00', '2026-11-25T09:00']) {
      ctx.setNow(`${text}:00Z`);
      await tickOnce();
      sent.push(...(await sendWhatIsDue()));
    }
    expect(sent).toEqual(['2026-11-24T09:00']);
    expect(await ctx.db.selectFrom('runs').select('state').execute()).toEqual([{ state: 'acted' }]);
  });

  test('105 a leap day and the 31st of a month are weeks like others', async () => {
    ctx.setNow('2028-02-20T00:00:00Z');
    await ctx.db.updateTable('schedules').set({ startsAt: ctx.clock.now() }).execute();
    expect(await liveUntil('2028-03-08T00:00:00Z')).toEqual([
      '2028-02-22T09:00',
      '2028-02-29T09:00',
      '2028-03-07T09:00',
    ]);
  });
});
