import type { Context } from '../context.ts';
import { isRefusal, type Refusal } from '../platform/refusal.ts';
import { inTransaction } from '../platform/transaction.ts';
import { recordAudit } from '../subscribers/audit.ts';
import { changeScheduleIn, lockSchedule, type ScheduleChanges } from './change-schedule.ts';
import { ensureSchedule } from './queries.ts';
import { type Schedule, scheduleLimits } from './schedule.ts';
import { readTimeZone } from './time-zone.ts';
import { countOf } from '../platform/count-of.ts';

export interface ScheduleEdit {
  /** The version its editor saw: an edit that somebody else made meanwhile is never written over. */
  seenVersion: number;
  changes: ScheduleChanges;
  by: string;
}

export type EditRefusal = Refusal<'stale' | 'no-such-zone' | 'out-of-range' | 'too-few-picks'>;

/**
 * Changes the schedule of this installation, with who and what on the record; nothing is written where nothing differs. Refused
 * when the editor saw an older version, or a value is none that can be set.
 */
export async function editSchedule(
  ctx: Pick<Context, 'db' | 'clock'>,
  { seenVersion, changes, by }: ScheduleEdit,
): Promise<Schedule | EditRefusal> {
  const now = ctx.clock.now();
  const { id } = await ensureSchedule(ctx.db, now);
  return inTransaction(ctx.db, async (tx) => {
    const before = await lockSchedule(tx, id);
    if (before.version !== seenVersion) return refuseStale(before);
    const checked = checkChanges(before, changes);
    if (isRefusal(checked)) return checked;
    const names = namesOf(checked).filter((name) => checked[name] !== before[name]);
    if (names.length === 0) return before;
    const after = await changeScheduleIn(tx, before, { changes: checked, now });
    await recordAudit(tx, {
      actor: by,
      action: 'edit',
      entity: 'schedule',
      entityId: id,
      before: Object.fromEntries(names.map((name) => [name, before[name]])),
      after: Object.fromEntries(names.map((name) => [name, after[name]])),
    });
    return after;
  });
}

function namesOf(changes: ScheduleChanges): (keyof ScheduleChanges)[] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of a value of this type
  return Object.keys(changes) as (keyof ScheduleChanges)[];
}

function checkChanges(before: Schedule, changes: ScheduleChanges): ScheduleChanges | EditRefusal {
  for (const [name, [least, most]] of Object.entries(scheduleLimits)) {
    const value = Object.entries(changes).find(([key]) => key === name)?.[1];
    if (value === undefined) continue;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most)
      return refuseOutOfRange(name, least, most);
  }
  const { minimumPicksCount, picksCount } = { ...before, ...changes };
  if (minimumPicksCount > picksCount) {
    const sentence = `An issue has at most ${countOf(picksCount, 'pick')} and cannot need ${minimumPicksCount}; change one of the two.`;
    return { refused: 'too-few-picks', sentence };
  }
  if (changes.timeZone === undefined) return changes;
  const timeZone = readTimeZone(changes.timeZone);
  return isRefusal(timeZone) ? timeZone : { ...changes, timeZone };
}

const words: Record<string, string> = {
  weekday: 'The day',
  hour: 'The hour',
  minute: 'The minute',
  draftLeadHours: 'The lead of the draft, in hours,',
  graceHours: 'The grace, in hours,',
  picksCount: 'The number of picks',
  minimumPicksCount: 'The number of picks needed',
  canaryPercent: 'The share of the canary, in per cent,',
  canaryFromCount: 'The size from which a send has a canary',
  canaryWaitMinutes: 'The wait for the canary, in minutes,',
};

function refuseOutOfRange(name: string, least: number, most: number): EditRefusal {
  return {
    refused: 'out-of-range',
    sentence: `${words[name] ?? name} must be a whole number from ${least} to ${most}.`,
  };
}

function refuseStale({ version }: Schedule): EditRefusal {
  return {
    refused: 'stale',
    sentence: `Somebody else has changed the schedule meanwhile (it is version ${version} now); look at it with \`schedule show\` and change it again.`,
  };
}
