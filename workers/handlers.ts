import type { Context } from '../src/context.ts';
import { submitBatch } from '../src/deliveries/submit-batch.ts';
import { applyDueEvents } from '../src/events/apply-due-events.ts';
import { reconcileDue } from '../src/events/reconcile-due.ts';
import type { JobName, JobPayload } from '../src/jobs.ts';
import { tick } from '../src/ops/tick.ts';

export type Handlers = { [Name in JobName]: (payload: JobPayload<Name>, signal: AbortSignal) => Promise<void> };

/** Job name -> verb. */
export function handlersFor(ctx: Context): Handlers {
  return {
    'submit-batch': ({ batchId }, signal) => submitBatch(ctx, batchId, signal),
    'apply-events': (_payload, signal) => applyDueEvents(ctx, signal),
    reconcile: (_payload, signal) => reconcileDue(ctx, signal),
    tick: () => tick(ctx),
  };
}
