import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Context } from '../../src/context.ts';
import { type Lane, noteHold, noteStatedRate, waitForPace } from '../../src/deliveries/pace.ts';
import { createTestContext } from '../issues/test-context.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let test: TestDatabase;
let ctx: Context;
/** What would have been slept; nobody sleeps here. */
let slept: number[];
beforeAll(async () => {
  test = await createTestDatabase();
});
beforeEach(async () => {
  const made = createTestContext(test.db, '2026-11-21T09:00:00Z');
  slept = [];
  const sleep = async (ms: number) => void slept.push(ms);
  ctx = { ...made, config: { ...made.config, rateLimit: 1000 }, clock: { ...made.clock, sleep } };
  await sql`update provider_limits set stated_rate = null, hold_until = now(), doubt_streak = 0`.execute(test.db);
});
afterAll(() => test.drop());

/** Milliseconds from the database's clock. */
async function setNextAt(ms: number): Promise<Date> {
  const at = sql<Date>`clock_timestamp() + ${ms} * interval '1 millisecond'`;
  await test.db.updateTable('providerPace').set({ nextAt: at }).execute();
  return readNextAt('batch');
}

async function readNextAt(lane: Lane): Promise<Date> {
  const row = await test.db
    .selectFrom('providerPace')
    .select('nextAt')
    .where('lane', '=', lane)
    .executeTakeFirstOrThrow();
  return row.nextAt;
}

async function readMs(expression: string): Promise<number> {
  const read = sql<{ ms: number }>`select (extract(epoch from ${sql.raw(expression)}) * 1000)::double precision as ms
    from provider_pace, provider_limits where lane = 'batch'`;
  return (await read.execute(test.db)).rows[0]?.ms ?? NaN;
}

describe('reservations', () => {
  it.each([
    [null, 'batch', 1_000],
    [10, 'batch', 125],
    [10, 'mail', 500],
    [100, 'batch', 12.5],
    [5_000, 'batch', 1.25],
  ] as const)('at a stated rate of %s are evenly spaced in lane %s: %s ms', async (statedRate, lane, gapMs) => {
    await noteStatedRate(ctx, statedRate);
    const startsAt = await setNextAt(1_000);
    for (let n = 1; n <= 5; n += 1) {
      expect(await waitForPace(ctx, lane)).toBe(true);
      // A Date keeps whole milliseconds of Postgres' microseconds.
      expect((await readNextAt(lane)).getTime() - startsAt.getTime()).toBeCloseTo(n * gapMs, -1);
    }
  });

  it('of many processes at once are one row of slots, none taken twice', async () => {
    await noteStatedRate(ctx, 100);
    const startsAt = await setNextAt(1_000);
    await Promise.all(Array.from({ length: 40 }, () => waitForPace(ctx, 'batch')));
    expect((await readNextAt('batch')).getTime() - startsAt.getTime()).toBeCloseTo(40 * 12.5, -1);
    expect(slept).toHaveLength(40);
  });

  it('of the one lane leave the other alone', async () => {
    const startsAt = await setNextAt(1_000);
    await waitForPace(ctx, 'mail');
    expect(await readNextAt('batch')).toEqual(startsAt);
  });

  it('never exceed the ceiling that is configured, whatever the provider states', async () => {
    await noteStatedRate(ctx, 100);
    ctx = { ...ctx, config: { ...ctx.config, rateLimit: 10 } };
    const startsAt = await setNextAt(1_000);
    await waitForPace(ctx, 'batch');
    expect((await readNextAt('batch')).getTime() - startsAt.getTime()).toBeCloseTo(125, -1);
  });

  it('save up nothing while idle: the next slot is now, the one after it a gap later', async () => {
    await noteStatedRate(ctx, 10);
    await setNextAt(-3_600_000);
    const before = await readMs('clock_timestamp()');
    await waitForPace(ctx, 'batch');
    expect(await readMs('next_at')).toBeGreaterThanOrEqual(before + 125 - 1);
  });

  it('wait for their slot, not for its end', async () => {
    await setNextAt(1_000);
    await waitForPace(ctx, 'batch');
    expect(slept[0]).toBeLessThanOrEqual(1_000);
  });

  it('are not made when the next slot is further away than anybody waits', async () => {
    const nextAt = await setNextAt(11_000);
    expect(await waitForPace(ctx, 'batch')).toBe(false);
    expect(await readNextAt('batch')).toEqual(nextAt);
  });

  it('are not made while stopping', async () => {
    const nextAt = await setNextAt(1_000);
    expect(await waitForPace(ctx, 'batch', AbortSignal.abort())).toBe(false);
    expect(await readNextAt('batch')).toEqual(nextAt);
  });

  it('are not needed where sending is unpaced', async () => {
    const nextAt = await setNextAt(1_000);
    expect(await waitForPace({ ...ctx, config: { ...ctx.config, rateLimit: 0 } }, 'batch')).toBe(true);
    expect(await readNextAt('batch')).toEqual(nextAt);
    expect(slept).toEqual([]);
  });
});

describe('a hold', () => {
  it('asked for by the provider keeps everybody back', async () => {
    const nextAt = await setNextAt(0);
    await noteHold(ctx, { waitMs: 60_000 });
    expect(await waitForPace(ctx, 'batch')).toBe(false);
    expect(await waitForPace(ctx, 'mail')).toBe(false);
    expect(await readNextAt('batch')).toEqual(nextAt);
  });

  it('that is short moves the slots behind it', async () => {
    await setNextAt(0);
    await noteHold(ctx, { waitMs: 5_000 });
    expect(await waitForPace(ctx, 'batch')).toBe(true);
    expect(await readMs('next_at - hold_until')).toBeCloseTo(1_000, 0);
  });

  it('is never shortened by a later, shorter one', async () => {
    await noteHold(ctx, { waitMs: 60_000 });
    const before = await readMs('hold_until');
    await noteHold(ctx, { waitMs: 10 });
    expect(await readMs('hold_until')).toBe(before);
  });

  it('grows with every doubt in a row up to a minute, and starts over after an answer', async () => {
    const held: number[] = [];
    for (let doubt = 0; doubt < 12; doubt += 1) {
      await sql`update provider_limits set hold_until = 'epoch'`.execute(test.db);
      const before = await readMs('clock_timestamp()');
      await noteHold(ctx, 'no-answer');
      held.push((await readMs('hold_until')) - before);
    }
    const least = [250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000, 60_000];
    least.forEach((ms, doubt) => expect(held[doubt]).toBeGreaterThanOrEqual(ms - 1));
    expect(held[7]).toBeLessThan(60_000);
    await noteHold(ctx, 'clear');
    const limits = await test.db.selectFrom('providerLimits').select('doubtStreak').executeTakeFirstOrThrow();
    expect(limits.doubtStreak).toBe(0);
  });
});
