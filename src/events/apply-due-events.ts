import type { Context } from '../context.ts';
import { createTurns } from '../platform/turns.ts';
import { applyEvent } from './apply-event.ts';
import { listSvixIdsDue, putEventOff } from './queries.ts';

/** Events applied side by side, each in a transaction of its own: two such jobs leave connections to those who send. */
const atOnce = 4;
/** Events read at one look. */
const lookLimit = 200;
/** How long an event that could not be applied is left alone, so that others get their turn. */
const troubleWaitMs = 5_000;

/**
 * The job behind `apply-events`: applies what is due, oldest first, until nothing is. One ring does for any number of events, and
 * several workers do not get in each other's way: an event in another's hands is passed over.
 */
export async function applyDueEvents(ctx: Context, signal?: AbortSignal): Promise<void> {
  for (;;) {
    const due = await listSvixIdsDue(ctx.db, { now: ctx.clock.now(), limit: lookLimit });
    const inTurn = createTurns(atOnce);
    const ended = await Promise.all(due.map((svixId) => inTurn(() => applyOrPutOff(ctx, svixId, signal))));
    // What is left is in the hands of others, or put off: the sweep rings for it.
    if (!ended.includes(true)) return;
  }
}

/** Whether it was applied by us, now. */
async function applyOrPutOff(ctx: Context, svixId: string, signal?: AbortSignal): Promise<boolean> {
  if (signal?.aborted === true) return false;
  try {
    return await applyEvent(ctx, svixId);
  } catch (err) {
    ctx.log.error({ err, svixId }, `an event could not be applied; it is tried again in ${troubleWaitMs / 1000} s`);
    await putEventOff(ctx.db, svixId, new Date(ctx.clock.now().getTime() + troubleWaitMs));
    return false;
  }
}
