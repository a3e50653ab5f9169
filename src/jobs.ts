import { z } from 'zod';

/**
 * Every job. Postgres holds what is due; a job only says "look at this one": it carries ids, may be lost or run twice without
 * harm, and is tried once (Postgres counts attempts; the sweep rings again).
 */
export const jobs = {
  'submit-batch': {
    queue: 'submit',
    // The attempt is there for the id alone: a killed worker's job keeps its id for a while, and must not silence the next ring.
    payload: z.object({ batchId: z.uuid(), attempt: z.number().int().min(0) }),
    id: (payload: { batchId: string; attempt: number }) => `submit-${payload.batchId}-${payload.attempt}`,
  },
  'apply-events': {
    queue: 'events',
    payload: z.object({}),
    // Another one every other second, for the same reason.
    id: () => `apply-events-${Math.floor(Date.now() / 2_000)}`,
  },
  reconcile: {
    queue: 'events',
    payload: z.object({}),
    id: () => 'reconcile-now',
  },
  tick: {
    queue: 'tick',
    payload: z.object({}),
    id: () => 'tick-now',
  },
} as const;

export type JobName = keyof typeof jobs;
export type JobPayload<Name extends JobName> = z.infer<(typeof jobs)[Name]['payload']>;

export const queueNames = ['submit', 'events', 'tick'] as const;
export type QueueName = (typeof queueNames)[number];

/** How often the tick looks at the calendar and at what is due. */
export const tickEveryMs = 60_000;
