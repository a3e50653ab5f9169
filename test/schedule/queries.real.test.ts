import { afterAll, beforeAll, expect, test } from 'vitest';
import { changeSchedule } from '../../src/schedule/change-schedule.ts';
import { pauseSchedule, resumeSchedule } from '../../src/schedule/pause-schedule.ts';
import {
  ensureSchedule,
  insertRunsAbsent,
  listRunsDue,
  listSchedulesRunning,
  lockRunDue,
  updateRun,
} from '../../src/schedule/queries.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;
const now = new Date('2026-11-20T00:00:00Z');
const slots = [new Date('2026-11-24T09:00:00Z'), new Date('2026-12-01T09:00:00Z')];

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test('two first starts at once make one schedule: Tuesdays 09:00 UTC, lead 24 h, grace 12 h, from now on', async () => {
  const all = await Promise.all(Array.from({ length: 5 }, () => ensureSchedule(database.db, now)));
  expect(new Set(all.map((schedule) => schedule.id)).size).toBe(1);
  expect(all[0]).toMatchObject({
    weekday: 2,
    hour: 9,
    minute: 0,
    timeZone: 'UTC',
    draftLeadHours: 24,
    graceHours: 12,
    picksCount: 7,
    minimumPicksCount: 1,
    autoApprove: false,
    pausedAt: null,
    startsAt: now,
  });
  expect(await database.db.selectFrom('schedules').selectAll().execute()).toHaveLength(1);
});

test('17 a slot has one run however often it is recorded, and a run in hand is not taken by another', async () => {
  const schedule = await ensureSchedule(database.db, now);
  const { id } = schedule;
  const made = await Promise.all(Array.from({ length: 5 }, () => insertRunsAbsent(database.db, schedule, slots)));
  expect(made.flat()).toHaveLength(2);
  expect((await listRunsDue(database.db, id)).map((run) => run.slotAt)).toEqual(slots);
  const runId = made.flat()[0]?.id ?? '';
  await database.db.transaction().execute(async (tx) => {
    expect(await lockRunDue(tx, runId)).toMatchObject({ id: runId });
    const other = await database.db.transaction().execute((beside) => lockRunDue(beside, runId));
    expect(other).toBeUndefined();
    await updateRun(tx, runId, { state: 'acted', endedAt: now });
  });
  expect(await database.db.transaction().execute((tx) => lockRunDue(tx, runId))).toBeUndefined();
});

test('a pause lets nothing run; resuming starts from now and skips the run whose send time has passed', async () => {
  const { id } = await ensureSchedule(database.db, now);
  await pauseSchedule(database.db, { id, by: 'ed', now });
  expect(await listSchedulesRunning(database.db)).toEqual([]);
  const later = new Date('2026-12-01T09:00:00Z');
  await resumeSchedule(database.db, { id, by: 'ed', now: later });
  expect(await listSchedulesRunning(database.db)).toMatchObject([{ pausedAt: null, startsAt: later }]);
  expect(await listRunsDue(database.db, id)).toEqual([]);
  await resumeSchedule(database.db, { id, by: 'ed', now: new Date('2027-01-01T00:00:00Z') });
  expect(await listSchedulesRunning(database.db)).toMatchObject([{ startsAt: later }]);
});

test('an edit counts from the moment it is made', async () => {
  const { id } = await ensureSchedule(database.db, now);
  const at = new Date('2026-12-02T00:00:00Z');
  const changed = await changeSchedule(database.db, {
    id,
    changes: { weekday: 4, timeZone: 'Europe/Berlin' },
    now: at,
  });
  expect(changed).toMatchObject({ weekday: 4, timeZone: 'Europe/Berlin', hour: 9, startsAt: at });
});
