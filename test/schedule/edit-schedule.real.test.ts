import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ScheduleChanges } from '../../src/schedule/change-schedule.ts';
import { editSchedule } from '../../src/schedule/edit-schedule.ts';
import { ensureSchedule } from '../../src/schedule/queries.ts';
import { type Schedule, scheduleLimits } from '../../src/schedule/schedule.ts';
import { createTestContext, type TestContext } from '../issues/test-context.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;
let ctx: TestContext;
let schedule: Schedule;
beforeAll(async () => {
  database = await createTestDatabase();
  ctx = createTestContext(database.db, '2026-11-20T00:00:00Z');
});
beforeEach(async () => {
  schedule = await ensureSchedule(ctx.db, ctx.clock.now());
});
afterAll(() => database.drop());

const edit = (changes: ScheduleChanges, seenVersion = schedule.version) =>
  editSchedule(ctx, { seenVersion, changes, by: 'ed' });
const listAudit = () =>
  ctx.db
    .selectFrom('auditLog')
    .select(['actor', 'action', 'before', 'after'])
    .where('entity', '=', 'schedule')
    .orderBy('id')
    .execute();

describe('an edit of the schedule', () => {
  it('is written with who changed what, and is a new version', async () => {
    const before = (await listAudit()).length;
    expect(await edit({ weekday: 4, picksCount: 7 })).toMatchObject({ weekday: 4, version: schedule.version + 1 });
    expect((await listAudit()).slice(before)).toEqual([
      { actor: 'ed', action: 'edit', before: { weekday: 2 }, after: { weekday: 4 } },
    ]);
  });

  it('that changes nothing is no version and no act', async () => {
    const before = (await listAudit()).length;
    expect(await edit({ weekday: schedule.weekday, guardOn: true })).toMatchObject({ version: schedule.version });
    expect(await listAudit()).toHaveLength(before);
  });

  it('by whoever saw an older version is refused and changes nothing', async () => {
    await edit({ hour: 10 });
    expect(await edit({ hour: 11 })).toMatchObject({
      refused: 'stale',
      sentence: expect.stringContaining('schedule show'),
    });
    expect(await ensureSchedule(ctx.db, ctx.clock.now())).toMatchObject({ hour: 10 });
  });

  it('of two at once the first is done and the second refused', async () => {
    const both = await Promise.all([edit({ hour: 12 }), edit({ minute: 30 })]);
    expect(both.filter((result) => 'refused' in result)).toMatchObject([{ refused: 'stale' }]);
    expect(await ensureSchedule(ctx.db, ctx.clock.now())).toMatchObject({ version: schedule.version + 1 });
  });

  it.each(Object.entries(scheduleLimits))('takes %s at its limits and not one past them', async (name, limits) => {
    const [least, most] = limits;
    const room =
      name === 'minimumPicksCount' ? { picksCount: 12 } : name === 'picksCount' ? { minimumPicksCount: 1 } : {};
    for (const value of [least, most]) {
      const { version } = await ensureSchedule(ctx.db, ctx.clock.now());
      expect(await edit({ ...room, [name]: value }, version)).toMatchObject({ [name]: value });
    }
    const { version } = await ensureSchedule(ctx.db, ctx.clock.now());
    for (const value of [least - 1, most + 1, least + 0.5]) {
      expect(await edit({ [name]: value }, version)).toMatchObject({ refused: 'out-of-range' });
    }
  });

  it('that asks for more picks than an issue may have is refused', async () => {
    expect(await edit({ picksCount: 3, minimumPicksCount: 4 })).toMatchObject({ refused: 'too-few-picks' });
  });

  it.each([
    ['europe/berlin', { timeZone: 'Europe/Berlin' }],
    ['utc', { timeZone: 'UTC' }],
    ['US/Eastern', { timeZone: 'US/Eastern' }],
    ['Mars/Olympus', { refused: 'no-such-zone' }],
    ['+02:00', { refused: 'no-such-zone' }],
    ['', { refused: 'no-such-zone', sentence: 'A time zone needs a name: write one such as Europe/Berlin or UTC.' }],
    [' ', { refused: 'no-such-zone', sentence: 'A time zone needs a name: write one such as Europe/Berlin or UTC.' }],
  ])('to the zone %j', async (timeZone, expected) => {
    expect(await edit({ timeZone })).toMatchObject(expected);
  });

  it('of something else than the send time leaves what is due and the starting moment alone', async () => {
    const slotAt = new Date('2026-11-24T09:00:00Z');
    await ctx.db
      .insertInto('runs')
      .values({ scheduleId: schedule.id, slotAt, state: 'due', week: '2026-11-23' })
      .execute();
    ctx.setNow('2026-11-24T08:59:00Z');
    expect(await edit({ picksCount: 5, minimumPicksCount: 1 })).toMatchObject({ startsAt: schedule.startsAt });
    const runs = await ctx.db.selectFrom('runs').select(['slotAt', 'state']).execute();
    expect(runs).toEqual([{ slotAt, state: 'due' }]);
  });
});
