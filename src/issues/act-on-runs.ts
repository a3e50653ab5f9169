import type { Context } from '../context.ts';
import { inTransaction } from '../platform/transaction.ts';
import {
  findRun,
  insertRunsAbsent,
  listRunsDue,
  listSchedulesRunning,
  lockRunDue,
  lockScheduleRunning,
} from '../schedule/queries.ts';
import type { Run } from '../schedule/schedule.ts';
import { slotsToRecord } from '../schedule/slots.ts';
import { type RunAct, stepRun } from './step-run.ts';

/**
 * What the tick does for the schedule: records the slots whose time has come and acts once on each run that is due. Any
 * number of processes may do this at once. One run that fails is reported and keeps no other from being acted on.
 */
export async function actOnDueRuns(ctx: Context): Promise<RunAct[]> {
  const acts: (RunAct | null)[] = [];
  for (const schedule of await listSchedulesRunning(ctx.db)) {
    await recordSlots(ctx, schedule.id);
    for (const run of await listRunsDue(ctx.db, schedule.id)) {
      acts.push(await actOnRun(ctx, run).catch((error: unknown) => reportFailure(ctx, run, error)));
    }
  }
  return acts.filter((act) => act !== null);
}

/**
 * Missed slots go in with one statement, so where the newest is known the others are. Under the schedule's lock, or a slot of the
 * rule before an edit could still come in after it.
 */
async function recordSlots(ctx: Context, scheduleId: string): Promise<void> {
  await inTransaction(ctx.db, async (tx) => {
    const schedule = await lockScheduleRunning(tx, scheduleId);
    if (schedule === undefined) return;
    const slots = slotsToRecord(schedule, ctx.clock.now());
    const newest = slots.at(-1);
    if (newest === undefined || (await findRun(tx, scheduleId, newest)) !== undefined) return;
    await insertRunsAbsent(tx, schedule, slots);
  });
}

/** Under the schedule's lock, so that nothing is done by a rule that was changed, or for a schedule that was paused, just before. */
async function actOnRun(ctx: Context, due: Run): Promise<RunAct | null> {
  return inTransaction(ctx.db, async (tx) => {
    const schedule = await lockScheduleRunning(tx, due.scheduleId);
    if (schedule === undefined) return null;
    const run = await lockRunDue(tx, due.id);
    return run === undefined ? null : stepRun(ctx, tx, { run, schedule, now: ctx.clock.now() });
  });
}

function reportFailure(ctx: Context, run: Run, error: unknown): RunAct {
  ctx.log.error({ err: error, slotAt: run.slotAt }, 'a run could not be acted on; the next tick tries again');
  return {
    slotAt: run.slotAt,
    did: 'failed',
    issueNumber: null,
    reason: error instanceof Error ? error.message : String(error),
  };
}
