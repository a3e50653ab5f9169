import type { Context } from '../src/context.ts';
import { guardSending } from '../src/deliveries/restored/guard-sending.ts';
import { jobs, queueNames, tickEveryMs, type JobName, type QueueName } from '../src/jobs.ts';
import { sweep } from '../src/ops/sweep.ts';
import { measureTickAge, tick } from '../src/ops/tick.ts';
import { watchQueue } from '../src/ops/watch-queue.ts';
import type { Queues } from '../src/platform/queue.ts';
import type { Refusal } from '../src/platform/refusal.ts';
import { handlersFor, type Handlers } from './handlers.ts';

export interface Workers {
  /** Takes no new work, lets what runs end within the grace or until told to hurry. */
  stop(this: void, graceMs: number, hurry?: AbortSignal): Promise<void>;
}

/** How often the watch looks whether the queue is well. */
const lookEveryMs = 5_000;
/** How often the guard asks again where the provider was silent. */
const guardEveryMs = 2_000;
/** How often the watch makes sure that somebody ticks. */
const checkEveryMs = 15_000;

/** Jobs of a process at once. One that applies events takes them up side by side by itself; the other place is for `reconcile`. */
const concurrency: Record<QueueName, number> = { submit: 4, events: 2, tick: 1 };

/** One worker a queue, and the watch that rings what was lost and ticks when nothing else does. */
export function startWorkers(ctx: Context, queues: Queues): Workers {
  const stopping = new AbortController();
  const handlers = handlersFor(ctx);
  let guarding = Promise.resolve();
  for (const queue of queueNames) {
    const run = (name: string, payload: unknown) => runJob(handlers, { name, payload, signal: stopping.signal });
    const begin = () => queues.work(queue, run, { concurrency: concurrency[queue] });
    if (queue === 'submit') guarding = guardFirst(ctx, stopping.signal, begin);
    else begin();
  }
  const watch = Promise.all([keepWatch(ctx, queues, stopping.signal), keepLooking(ctx, stopping.signal)]);
  return {
    async stop(graceMs, hurry) {
      stopping.abort();
      await Promise.all([watch, guarding]);
      await queues.close(graceMs, hurry);
    },
  };
}

/** Takes up sending once it is known whether this is the database that last sent; where it is not, the switch is off by then. */
async function guardFirst(ctx: Context, signal: AbortSignal, begin: () => void): Promise<void> {
  while (!signal.aborted) {
    const guarded = await guardSending(ctx, signal).catch((error: unknown) => {
      ctx.log.warn({ err: error }, 'the guard before sending could not look; it looks again');
      return 'silent' as const;
    });
    if (guarded !== 'silent' && !signal.aborted) return begin();
    await ctx.clock.sleep(guardEveryMs, signal);
  }
}

/** A job of an unknown name or shape fails by itself and leaves the worker alive. */
async function runJob(handlers: Handlers, job: { name: string; payload: unknown; signal: AbortSignal }): Promise<void> {
  if (!isJobName(job.name)) throw new Error(`no job is called ${job.name}`);
  const payload = jobs[job.name].payload.parse(job.payload);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the form it was parsed with stands under the same name
  const handle = handlers[job.name] as (payload: unknown, signal: AbortSignal) => Promise<void>;
  await handle(payload, job.signal);
}

function isJobName(name: string): name is JobName {
  return Object.hasOwn(jobs, name);
}

async function keepWatch(ctx: Context, queues: Queues, signal: AbortSignal): Promise<void> {
  let checkedAt = -Infinity;
  while (!signal.aborted) {
    try {
      await sweep(ctx);
      if (performance.now() - checkedAt >= checkEveryMs) {
        checkedAt = performance.now();
        await checkTick(ctx, queues);
      }
    } catch (error) {
      ctx.log.warn({ err: error }, 'the watch could not look; it looks again');
    }
    await ctx.clock.sleep(ctx.config.sweepEveryMs, signal);
  }
}

/** By itself, so that a queue that does not answer never holds up what is due. */
async function keepLooking(ctx: Context, signal: AbortSignal): Promise<void> {
  let trouble: Refusal | undefined;
  while (!signal.aborted) {
    try {
      trouble = await watchQueue(ctx, trouble);
    } catch (error) {
      ctx.log.warn({ err: error }, 'the queue could not be looked at; it is looked at again');
    }
    await ctx.clock.sleep(lookEveryMs, signal);
  }
}

/** The repeating job is put back when it is missing or late, and a late tick is made good here. */
async function checkTick(ctx: Context, queues: Queues): Promise<void> {
  await queues.keepRepeating('tick', 'tick', tickEveryMs).catch((error: unknown) => {
    ctx.log.warn({ err: error }, 'the queue does not keep the tick; this process ticks');
  });
  if ((await measureTickAge(ctx)) > tickEveryMs + checkEveryMs) await tick(ctx);
}
