import { sql } from 'kysely';
import type { Db, Tx } from '../database.ts';
import { inTransaction } from '../platform/transaction.ts';
import { decideEdit, type WeekSlot } from './decide-edit.ts';
import type { Schedule } from './schedule.ts';
import { weekOf } from './slots.ts';

export type ScheduleChanges = Partial<Omit<Schedule, 'id' | 'startsAt' | 'pausedAt' | 'version'>>;

const changedReason = 'The schedule was changed.';

export interface ScheduleChange {
  id: string;
  changes: ScheduleChanges;
  now: Date;
}

/** The transaction of its own that `changeScheduleIn` needs. */
export async function changeSchedule(db: Db, change: ScheduleChange): Promise<Schedule> {
  return inTransaction(db, async (tx) => changeScheduleIn(tx, await lockSchedule(tx, change.id), change));
}

/** Locks a schedule for a change of it: nothing is recorded or composed meanwhile. Throws when there is none. */
export async function lockSchedule(tx: Tx, id: string): Promise<Schedule> {
  return tx.selectFrom('schedules').selectAll().where('id', '=', id).forUpdate().executeTakeFirstOrThrow();
}

/**
 * Changes a schedule under its lock. Another send time counts from now on: what lies before this moment under the new rule never
 * comes back, and what becomes of this week is decided so that it has one issue. An issue that is there keeps its send time.
 */
export async function changeScheduleIn(
  tx: Tx,
  before: Schedule,
  { changes, now }: Pick<ScheduleChange, 'changes' | 'now'>,
): Promise<Schedule> {
  const after = { ...before, ...changes };
  const isMoved = (['weekday', 'hour', 'minute', 'timeZone'] as const).some((part) => before[part] !== after[part]);
  if (isMoved) await moveRuns(tx, { before, after, now });
  return tx
    .updateTable('schedules')
    .set({ ...changes, version: before.version + 1, ...(isMoved ? { startsAt: now } : {}) })
    .where('id', '=', before.id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

interface Move {
  before: Schedule;
  after: Schedule;
  now: Date;
}

async function moveRuns(tx: Tx, { before, after, now }: Move): Promise<void> {
  const due = await lockRunsWithoutIssue(tx, before);
  const weeksServed = await listWeeksServed(tx, before.id);
  const { kept, next } = decideEdit({ before, after, now, weeksServed, due });
  const keptTimes = kept.map(({ slotAt }) => slotAt);
  const dropped = tx
    .updateTable('runs')
    .set({ state: 'skipped', reason: changedReason, endedAt: now })
    .where('scheduleId', '=', before.id)
    .where('state', '=', 'due')
    .where('issueId', 'is', null);
  await (keptTimes.length === 0 ? dropped : dropped.where('slotAt', 'not in', keptTimes)).execute();
  for (const slot of kept) await putBack(tx, before.id, slot);
  // An edit may take an earlier edit back.
  await reviveRun(tx, before.id, next);
}

async function lockRunsWithoutIssue(tx: Tx, schedule: Schedule): Promise<WeekSlot[]> {
  const runs = await tx
    .selectFrom('runs')
    .select(['slotAt', 'week'])
    .where('scheduleId', '=', schedule.id)
    .where('state', '=', 'due')
    .where('issueId', 'is', null)
    .orderBy('slotAt')
    .forUpdate()
    .execute();
  return runs.map(({ slotAt, week }) => ({ slotAt, week: week ?? weekOf(schedule, slotAt) }));
}

/** More than any edit looks back or ahead. */
const weeksReadLimit = 20;

/** The calendar weeks that have their issue, out or drafted; of the last 20 runs that count. */
export async function listWeeksServed(db: Db, scheduleId: string): Promise<Set<string>> {
  const runs = await db
    .selectFrom('runs')
    .select('week')
    .where('scheduleId', '=', scheduleId)
    .where((eb) => eb.or([eb('state', '=', 'acted'), eb.and([eb('state', '=', 'due'), eb('issueId', 'is not', null)])]))
    .orderBy('slotAt', 'desc')
    .limit(weeksReadLimit)
    .execute();
  return new Set(runs.flatMap(({ week }) => week ?? []));
}

async function putBack(tx: Tx, scheduleId: string, { slotAt, week }: WeekSlot): Promise<void> {
  await tx
    .insertInto('runs')
    .values({ scheduleId, slotAt, week, state: 'due' })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  await reviveRun(tx, scheduleId, { slotAt, week });
}

async function reviveRun(tx: Tx, scheduleId: string, { slotAt }: WeekSlot): Promise<void> {
  await sql`
    update runs set state = 'due', reason = null, ended_at = null
    where schedule_id = ${scheduleId} and slot_at = ${slotAt} and state = 'skipped' and reason = ${changedReason}`.execute(
    tx,
  );
}
