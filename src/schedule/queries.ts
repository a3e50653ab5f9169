import { sql } from 'kysely';
import type { Db, Tx } from '../database.ts';
import { inTransaction } from '../platform/transaction.ts';
import { defaultSlot, type Run, type Schedule } from './schedule.ts';
import { weekOf, type WeeklySlot } from './slots.ts';

const schedulesLimit = 20;
const dueRunsLimit = 100;

/** The schedule of this installation, made with the defaults where there is none; two starts at once make one. */
export async function ensureSchedule(db: Db, now: Date): Promise<Schedule> {
  const found = await findSchedule(db);
  if (found !== undefined) return found;
  return inTransaction(db, async (tx) => {
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

/** Locks the schedule against edits and pauses until the transaction ends; undefined where it is paused. */
export async function lockScheduleRunning(tx: Tx, id: string): Promise<Schedule | undefined> {
  return tx
    .selectFrom('schedules')
    .selectAll()
    .where('id', '=', id)
    .where('pausedAt', 'is', null)
    .forShare()
    .executeTakeFirst();
}

/**
 * Records slots as due runs. A slot that has its run keeps it, so that two schedulers at once make one; a calendar week that has
 * its issue, or a run that may still make one, gets no second.
 */
export async function insertRunsAbsent(
  db: Db,
  schedule: WeeklySlot & Pick<Schedule, 'id'>,
  slots: readonly Date[],
): Promise<Run[]> {
  if (slots.length === 0) return [];
  const due = { scheduleId: schedule.id, state: 'due' as const };
  return db
    .insertInto('runs')
    .values(slots.map((slotAt) => ({ ...due, slotAt, week: weekOf(schedule, slotAt) })))
    .onConflict((conflict) => conflict.doNothing())
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
