import type { Context } from '../context.ts';
import { finishIssues } from '../deliveries/finish-issue.ts';
import { ringDueBatches } from '../deliveries/ring-due-batches.ts';
import { switchOnWhenDue } from '../deliveries/sending-switch.ts';
import { watchSends } from '../deliveries/watch-sends.ts';
import { listSvixIdsDue } from '../events/queries.ts';

/** Rings again for whatever Postgres says is due, and finishes issues: what a dead process left costs no more than the time to the next sweep. */
export async function sweep(ctx: Context): Promise<void> {
  await switchOnWhenDue(ctx);
  await watchSends(ctx);
  await ringDueBatches(ctx);
  await finishIssues(ctx);
  const events = await listSvixIdsDue(ctx.db, { now: ctx.clock.now(), limit: 1 });
  if (events.length > 0) await ctx.queue.ring('apply-events', [{}]);
}
