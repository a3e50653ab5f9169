import type { Db } from '../database.ts';
import { firstUnserved } from './decide-edit.ts';
import type { NextSlot } from './describe-schedule.ts';
import { listWeeksServed } from './change-schedule.ts';
import type { Schedule } from './schedule.ts';

/** The next send time that has not passed, the one of a run that is due included; null while the schedule is paused. */
export async function findNextSlot(db: Db, schedule: Schedule, now: Date): Promise<NextSlot | null> {
  if (schedule.pausedAt !== null) return null;
  const run = await db
    .selectFrom('runs')
    .selectAll()
    .where('scheduleId', '=', schedule.id)
    .where('state', '=', 'due')
    .where('slotAt', '>', now)
    .orderBy('slotAt')
    .limit(1)
    .executeTakeFirst();
  const { slotAt } = firstUnserved(schedule, now, await listWeeksServed(db, schedule.id));
  return run !== undefined && run.slotAt <= slotAt ? { slotAt: run.slotAt, run } : { slotAt, run: null };
}
