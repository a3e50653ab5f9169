import type { Db } from '../database.ts';
import { firstUnserved } from './decide-edit.ts';
import type { NextSlot } from './describe-schedule.ts';
import { listWeeksServed } from './change-schedule.ts';
import type { Run, Schedule } from './schedule.ts';
import { slotAtOrBefore, weekOf } from './slots.ts';

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
  const weeksServed = await listWeeksServed(db, schedule.id);
  const { slotAt } = firstUnserved(schedule, now, weeksServed);
  if (run === undefined || run.slotAt > slotAt) return { slotAt, run: null, ruleHoldsFrom: null };
  return { slotAt: run.slotAt, run, ruleHoldsFrom: findRuleStart(schedule, run, weeksServed) };
}

/** Null where the run's own send time follows the rule. */
function findRuleStart(schedule: Schedule, run: Run, weeksServed: ReadonlySet<string>): Date | null {
  if (slotAtOrBefore(schedule, run.slotAt).getTime() === run.slotAt.getTime()) return null;
  const week = run.week ?? weekOf(schedule, run.slotAt);
  return firstUnserved(schedule, run.slotAt, new Set([...weeksServed, week])).slotAt;
}
