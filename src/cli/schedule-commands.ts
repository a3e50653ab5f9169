import type { Context } from '../context.ts';
import type { ScheduleChanges } from '../schedule/change-schedule.ts';
import { describeSchedule, summariseSchedule } from '../schedule/describe-schedule.ts';
import { editSchedule } from '../schedule/edit-schedule.ts';
import { findNextSlot } from '../schedule/find-next-slot.ts';
import { pauseSchedule, resumeSchedule } from '../schedule/pause-schedule.ts';
import { ensureSchedule } from '../schedule/queries.ts';
import { type Schedule, weekdays } from '../schedule/schedule.ts';
import { isRefusal } from '../platform/refusal.ts';
import { Failure } from '../start/failure.ts';
import { accept, withContext } from './run-command.ts';
import type { ScheduleOptions } from './schedule-options.ts';
import { actor, print, printJson } from './terminal.ts';

interface JsonOption {
  json?: boolean;
}

/** `schedule show`. */
export async function showSchedule(options: JsonOption): Promise<void> {
  await withContext(async (ctx) => printSchedule(ctx, await readSchedule(ctx), options));
}

/** `schedule set`: changes what is named. */
export async function setSchedule(options: ScheduleOptions): Promise<void> {
  const changes = changesFrom(options);
  if (Object.keys(changes).length === 0)
    throw new Failure('Name what to change, such as --day tuesday or --time 09:00.', { exitStatus: 2 });
  await withContext(async (ctx) => {
    const { version: seenVersion } = await readSchedule(ctx);
    const edited = await editSchedule(ctx, { seenVersion, changes, by: actor() });
    // What no schedule can be is wrong use, like what no option can be.
    if (isRefusal(edited) && edited.refused !== 'stale') throw new Failure(edited.sentence, { exitStatus: 2 });
    await printSchedule(ctx, accept(edited), options);
  });
}

/** `schedule pause`: nothing is drafted, approved or expired by itself until it is resumed. */
export async function pauseTheSchedule(options: JsonOption): Promise<void> {
  await withContext(async (ctx) => {
    await pauseSchedule(ctx.db, { id: (await readSchedule(ctx)).id, by: actor(), now: ctx.clock.now() });
    await printSchedule(ctx, await readSchedule(ctx), options);
  });
}

/** `schedule resume`: goes on with the next send time; those that passed are not caught up. */
export async function resumeTheSchedule(options: JsonOption): Promise<void> {
  await withContext(async (ctx) => {
    await resumeSchedule(ctx.db, { id: (await readSchedule(ctx)).id, by: actor(), now: ctx.clock.now() });
    await printSchedule(ctx, await readSchedule(ctx), options);
  });
}

async function readSchedule(ctx: Context): Promise<Schedule> {
  return ensureSchedule(ctx.db, ctx.clock.now());
}

async function printSchedule(ctx: Context, schedule: Schedule, { json }: JsonOption): Promise<void> {
  const next = await findNextSlot(ctx.db, schedule, ctx.clock.now());
  if (json) printJson(summariseSchedule(schedule, next));
  else print(describeSchedule(schedule, next));
}

function changesFrom({ day, time, zone, autoApprove, guard, ...rest }: ScheduleOptions): ScheduleChanges {
  const { leadHours, graceHours, picks, leastPicks, canary, canaryFrom, canaryWait } = rest;
  const changes = {
    weekday: day === undefined ? undefined : weekdays.indexOf(day) + 1,
    hour: time?.hour,
    minute: time?.minute,
    timeZone: zone,
    draftLeadHours: leadHours,
    graceHours,
    picksCount: picks,
    minimumPicksCount: leastPicks,
    autoApprove: autoApprove === undefined ? undefined : autoApprove === 'on',
    canaryPercent: canary,
    canaryFromCount: canaryFrom,
    canaryWaitMinutes: canaryWait,
    guardOn: guard === undefined ? undefined : guard === 'on',
  };
  return Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
}
