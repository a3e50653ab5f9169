import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { measureTickAge } from '../../src/ops/tick.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { openQueues, type QueueConnection, type Queues } from '../../src/platform/queue.ts';
import type { Context } from '../../src/context.ts';
import { createTestContext } from '../issues/test-context.ts';
import { queueConnection } from '../support/queue-backend.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { startWorkers, type Workers } from '../../workers/main.ts';

let test: TestDatabase;
let ctx: Context;
let connection: QueueConnection;
let queues: Queues;
let workers: Workers;
beforeAll(async () => {
  test = await createTestDatabase();
  const made = createTestContext(test.db, '2026-11-21T09:00:00Z');
  ctx = { ...made, clock: systemClock, config: { ...made.config, sweepEveryMs: 50 } };
  connection = queueConnection(test.url);
  queues = openQueues(connection, ctx.log);
  workers = startWorkers(ctx, queues);
});
afterAll(async () => {
  await workers.stop(5_000);
  await test.drop();
});

/** Stores an event that nobody is rung for by the sweep. */
async function insertEvent(svixId: string, ringAt: Date): Promise<void> {
  const event = { svixId, type: 'domain.created', occurredAt: null, payload: '{}', ringAt };
  await test.db.insertInto('providerEvents').values(event).execute();
}

async function untilIgnored(svixId: string): Promise<void> {
  for (;;) {
    const event = await test.db
      .selectFrom('providerEvents')
      .select('state')
      .where('svixId', '=', svixId)
      .executeTakeFirst();
    if (event?.state === 'ignored') return;
    await ctx.clock.sleep(20);
  }
}

describe('the workers', () => {
  it('survive a job of a name nobody knows and one of the wrong shape', async () => {
    await insertEvent('good', new Date('2026-01-01T00:00:00Z'));
    await queues.ring('events', [
      { name: 'no-such-job', id: 'odd-1', payload: {} },
      { name: 'constructor', id: 'odd-2', payload: {} },
      { name: 'submit-batch', id: 'odd-3', payload: { batchId: 7 } },
      { name: 'apply-events', id: 'good', payload: {} },
    ]);
    await untilIgnored('good');
  });

  it('find what is due though nobody rang', async () => {
    const rung: Context = {
      ...ctx,
      queue: {
        ...ctx.queue,
        ring: async (name, payloads) =>
          queues.ring(
            name === 'apply-events' ? 'events' : 'submit',
            payloads.map((payload, n) => ({ name, id: `swept-${n}`, payload })),
          ),
      },
    };
    const sweeping = startWorkers(rung, openQueues(connection, ctx.log));
    await insertEvent('forgotten', new Date('2026-01-01T00:00:00Z'));
    await untilIgnored('forgotten');
    await sweeping.stop(5_000);
  });

  it('tick though no tick was ever rung', async () => {
    while ((await measureTickAge(ctx)) === Infinity) await ctx.clock.sleep(20);
    expect(await measureTickAge(ctx)).toBeLessThan(Infinity);
  });
});
