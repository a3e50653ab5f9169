import type { Context } from '../context.ts';
import { listBatchesDue } from './queries.ts';

/** Rings every batch that is due now; what is rung twice runs once. */
export async function ringDueBatches(ctx: Context): Promise<number> {
  const batches = await listBatchesDue(ctx.db, ctx.clock.now());
  if (batches.length > 0) await ctx.queue.ring('submit-batch', batches);
  return batches.length;
}
