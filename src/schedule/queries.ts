import { sql } from 'kysely';
import type { Db, Tx } from '../database.ts';
import { defaultSlot, type Run, type Schedule } from './schedule.ts';

const schedulesLimit = 20;
const dueRunsLimit = 100;

/** The schedule of this installation, made with the defaults where there is none; two starts at once make one. */
export async function ensureSchedule(db: Db, now: Date): Promise<Schedule> {
  const found = await findSchedule(db);
  if (found !== undefined) return found;
  return db.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(hashtext('schedules'))`.execute(tx);
    const made = await findSchedule(tx);
    if (made !== undefined) return made;
    return tx
      .insertInto('schedules')
      .values({ ...defaultSlot, pausedAt: null, startsAt: now })
      .returningAll()
      .executeTakeFirstOrThrow();
  });
}

/** The oldest schedule; an installation has one. */
export async function findSchedule(db: Db): Promise<Schedule | undefined> {
  return db.selectFrom('schedules').selectAll().orderBy('startsAt').orderBy('id').limit(1).executeTakeFirst();
}

/** The schedules that are not paused; 20 at most. */
export async function listSchedulesRunning(db: Db): Promise<Schedule[]> {
  return db.selectFrom('schedules').selectAll().where('pausedAt', 'is', null).limit(schedulesLimit).execute();
}

/** Records slots as due runs; a slot that has its run keeps it, so that two schedulers at once make one. */
export async function insertRunsAbsent(db: Db, scheduleId: string, slots: readonly Date[]): Promise<Run[]> {
  if (slots.length === 0) return [];
  return db
    .insertInto('runs')
    .values(slots.map((slotAt) => ({ scheduleId, slotAt, state: 'due' as const })))
    .onConflict((conflict) => conflict.columns(['scheduleId', 'slotAt']).doNothing())
    .returningAll()
    .execute();
}

/** The run of a slot, whatever became of it. */
export async function findRun(db: Db, scheduleId: string, slotAt: Date): Promise<Run | undefined> {
  return db
    .selectFrom('runs')
    .selectAll()
    .where('scheduleId', '=', scheduleId)
    .where('slotAt', '=', slotAt)
    .executeTakeFirst();
}

/** Due runs of a schedule, oldest first; 100 at most. */
export async function listRunsDue(db: Db, scheduleId: string): Promise<Run[]> {
  return db
    .selectFrom('runs')
    .selectAll()
    .where('scheduleId', '=', scheduleId)
    .where('state', '=', 'due')
    .orderBy('slotAt')
    .limit(dueRunsLimit)
    .execute();
}

/** Locks a run that is still due; undefined when somebody else ended it or is acting on it right now. */
export async function lockRunDue(tx: Tx, runId: string): Promise<Run | undefined> {
  return tx
    .selectFrom('runs')
    .selectAll()
    .where('id', '=', runId)
    .where('state', '=', 'due')
    .forUpdate()
    .skipLocked()
    .executeTakeFirst();
}

/** The due run an issue was composed for. */
export async function findRunDueOfIssue(db: Db, issueId: string): Promise<Run | undefined> {
  return db.selectFrom('runs').selectAll().where('issueId', '=', issueId).where('state', '=', 'due').executeTakeFirst();
}

export interface RunProgress {
  state?: Run['state'];
  reason?: string | null;
  issueId?: string;
  endedAt?: Date;
}

/** Writes what became of a run; the row must be locked. */
export async function updateRun(tx: Tx, runId: string, progress: RunProgress): Promise<void> {
  await tx.updateTable('runs').set(progress).where('id', '=', runId).execute();
}

export type ScheduleChanges = Partial<Omit<Schedule, 'id' | 'startsAt' | 'pausedAt'>>;

/**
 * Changes the schedule from now on: slots that lie before this moment under the new rule never come back, and a run that has
 * no issue yet is skipped, so that an edit cannot send twice for one week.
 */
export async function changeSchedule(
  db: Db,
  change: { id: string; changes: ScheduleChanges; now: Date },
): Promise<Schedule> {
  const { id, changes, now } = change;
  return db.transaction().execute(async (tx) => {
    await tx
      .updateTable('runs')
      .set({ state: 'skipped', reason: 'The schedule was changed.', endedAt: now })
      .where('scheduleId', '=', id)
      .where('state', '=', 'due')
      .where('issueId', 'is', null)
      .execute();
    return tx
      .updateTable('schedules')
      .set({ ...changes, startsAt: now })
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow();
  });
}

/** Stops the schedule: nothing is composed, approved or expired until it is resumed. */
export async function pauseSchedule(db: Db, id: string, now: Date): Promise<void> {
  await db.updateTable('schedules').set({ pausedAt: now }).where('id', '=', id).where('pausedAt', 'is', null).execute();
}

/** Goes on with the next slot; those that passed during the pause are not caught up. */
export async function resumeSchedule(db: Db, id: string, now: Date): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const resumed = await tx
      .updateTable('schedules')
      .set({ pausedAt: null, startsAt: now })
      .where('id', '=', id)
      .where('pausedAt', 'is not', null)
      .returning('id')
      .executeTakeFirst();
    if (resumed === undefined) return;
    await tx
      .updateTable('runs')
      .set({ state: 'skipped', reason: 'The schedule was paused at this send time.', endedAt: now })
      .where('scheduleId', '=', id)
      .where('state', '=', 'due')
      .where('issueId', 'is', null)
      .where('slotAt', '<=', now)
      .execute();
  });
}
