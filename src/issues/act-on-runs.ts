import type { Context } from '../context.ts';
import { findRun, insertRunsAbsent, listRunsDue, listSchedulesRunning, lockRunDue } from '../schedule/queries.ts';
import type { Run, Schedule } from '../schedule/schedule.ts';
import { slotsToRecord } from '../schedule/slots.ts';
import { type RunAct, stepRun } from './step-run.ts';

/**
 * What the tick does for the schedule: records the slots whose time has come and acts once on each run that is due. Any
 * number of processes may do this at once. One run that fails is reported and keeps no other from being acted on.
 */
export async function actOnDueRuns(ctx: Context): Promise<RunAct[]> {
  const acts: (RunAct | null)[] = [];
  for (const schedule of await listSchedulesRunning(ctx.db)) {
    await recordSlots(ctx, schedule);
    for (const run of await listRunsDue(ctx.db, schedule.id)) {
      acts.push(await actOnRun(ctx, schedule, run).catch((error: unknown) => reportFailure(ctx, run, error)));
    }
  }
  return acts.filter((act) => act !== null);
}

/** Missed slots go in with one statement, so where the newest is known the others are. */
async function recordSlots(ctx: Context, schedule: Schedule): Promise<void> {
  const slots = slotsToRecord(schedule, ctx.clock.now());
  const newest = slots.at(-1);
  if (newest === undefined || (await findRun(ctx.db, schedule.id, newest)) !== undefined) return;
  await insertRunsAbsent(ctx.db, schedule.id, slots);
}

async function actOnRun(ctx: Context, schedule: Schedule, due: Run): Promise<RunAct | null> {
  return ctx.db.transaction().execute(async (tx) => {
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
