import { Hono } from 'hono';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Context } from '../../src/context.ts';
import { showReadiness } from '../../src/ops/health.ts';
import { watchQueue } from '../../src/ops/watch-queue.ts';
import { systemClock } from '../../src/platform/clock.ts';
import type { Refusal } from '../../src/platform/refusal.ts';
import { createTestContext } from '../issues/test-context.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let test: TestDatabase;
let ctx: Context;
let trouble: Refusal | undefined;
let now = new Date('2026-11-21T09:00:00Z');
beforeEach(async () => {
  test = await createTestDatabase();
  const made = createTestContext(test.db, '2026-11-21T09:00:00Z');
  const queue = { ...made.queue, findTrouble: async () => trouble };
  ctx = { ...made, queue, clock: { ...systemClock, now: () => now } };
});
afterEach(() => test.drop());

const full: Refusal = { refused: 'memory-full', sentence: 'The memory of Redis is full.' };

/** Looks once; what the last look found is handed in. */
async function look(found: Refusal | undefined, before?: Refusal): Promise<number> {
  trouble = found;
  expect(await watchQueue(ctx, before)).toEqual(found);
  const alerts = await test.db
    .selectFrom('auditLog')
    .select('id')
    .where('action', '=', 'alert:queue-trouble')
    .execute();
  return alerts.length;
}

it('trouble seen once is a restart; seen twice in a row the operator is told, once', async () => {
  expect(await look(full)).toBe(0);
  expect(await look(full, full)).toBe(1);
  expect(await look(full, full)).toBe(1);
});

it('a process that sees no trouble does not make another tell of it again before ten minutes are over', async () => {
  now = new Date('2026-11-21T09:00:00Z');
  await look(full, full);
  now = new Date('2026-11-21T09:10:00Z');
  await look(undefined);
  expect(await look(full, full)).toBe(1);
  now = new Date('2026-11-21T09:10:01Z');
  await look(undefined);
  expect(await look(full, full)).toBe(2);
});

it('readiness names the trouble of the queue without the way to it, and is 503 only without a database', async () => {
  const ask = async (asked: Context) => {
    const answer = await new Hono().get('/', showReadiness(asked)).request('/');
    return { status: answer.status, ...((await answer.json()) as object) };
  };
  trouble = undefined;
  expect(await ask(ctx)).toEqual({ status: 200, ok: true, state: 'ready', database: 'ok', queue: 'ok' });
  trouble = { refused: 'down', sentence: 'Redis at queue.example.com:6379 does not answer.' };
  expect(await ask(ctx)).toEqual({ status: 200, ok: false, state: 'degraded', database: 'ok', queue: 'down' });
  const gone = await createTestDatabase();
  await gone.drop();
  expect(await ask({ ...ctx, db: gone.db })).toEqual({
    status: 503,
    ok: false,
    state: 'down',
    database: 'does not answer',
  });
});
