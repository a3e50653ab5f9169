import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  getSendingSwitch,
  nextUtcMidnight,
  switchOnWhenDue,
  switchSendingOff,
  switchSendingOn,
} from '../../src/deliveries/sending-switch.ts';
import { createTestContext, type TestContext } from '../issues/test-context.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let test: TestDatabase;
let ctx: TestContext;
beforeAll(async () => {
  test = await createTestDatabase();
  ctx = createTestContext(test.db, '2026-11-21T09:00:00Z');
});
beforeEach(async () => {
  await switchSendingOn(ctx, { by: 'test' });
  ctx.setNow('2026-11-21T09:00:00Z');
});
afterAll(() => test.drop());

const midnight = new Date('2026-11-22T00:00:00Z');
const byOperator = { reason: 'paused by an operator', by: 'cli:me', resumesAt: null };
const byQuota = { reason: 'quota', by: 'program', resumesAt: midnight };

describe('the sending switch', () => {
  it('goes off once, with who and why on the record', async () => {
    expect(await switchSendingOff(ctx, byOperator)).toBe(true);
    expect(await switchSendingOff(ctx, { ...byOperator, reason: 'again' })).toBe(false);
    expect(await getSendingSwitch(test.db)).toEqual({
      isOn: false,
      hold: null,
      reason: 'paused by an operator',
      resumesAt: null,
    });
    const log = await test.db
      .selectFrom('auditLog')
      .select(['actor', 'action', 'note'])
      .orderBy('id', 'desc')
      .execute();
    expect(log[0]).toEqual({ actor: 'cli:me', action: 'sending-off', note: 'paused by an operator' });
  });

  it('goes on once', async () => {
    await switchSendingOff(ctx, byOperator);
    expect(await switchSendingOn(ctx, { by: 'cli:me' })).toBe(true);
    expect(await switchSendingOn(ctx, { by: 'cli:me' })).toBe(false);
    expect(await getSendingSwitch(test.db)).toEqual({ isOn: true, hold: null, reason: null, resumesAt: null });
  });

  it('is off for whoever asked second, once the first has let go: two at once change it once', async () => {
    const changes = await Promise.all([switchSendingOff(ctx, byOperator), switchSendingOff(ctx, byOperator)]);
    expect(changes.toSorted()).toEqual([false, true]);
  });

  it('waits for a claim that holds it', async () => {
    const order: string[] = [];
    const off = await test.db.transaction().execute(async (claim) => {
      await claim.selectFrom('sendingSwitch').select('isOn').forShare().execute();
      const switched = switchSendingOff(ctx, byOperator).then(() => order.push('off'));
      for (let waiting = 0; waiting === 0;) {
        const { rows } = await sql<{ count: number }>`select count(*)::integer as count from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'`.execute(test.db);
        waiting = rows[0]?.count ?? 0;
      }
      order.push('claim');
      return { switched };
    });
    await off.switched;
    expect(order).toEqual(['claim', 'off']);
  });
});

describe('off until the quota is fresh', () => {
  it('goes on by itself at that moment and not before', async () => {
    await switchSendingOff(ctx, byQuota);
    ctx.setNow('2026-11-21T23:59:59.999Z');
    await switchOnWhenDue(ctx);
    expect((await getSendingSwitch(test.db)).isOn).toBe(false);
    ctx.setNow('2026-11-22T00:00:00Z');
    await switchOnWhenDue(ctx);
    expect((await getSendingSwitch(test.db)).isOn).toBe(true);
  });

  it('stays off after all when a person pauses meanwhile', async () => {
    await switchSendingOff(ctx, byQuota);
    expect(await switchSendingOff(ctx, byOperator)).toBe(true);
    ctx.setNow('2026-11-23T00:00:00Z');
    await switchOnWhenDue(ctx);
    expect(await getSendingSwitch(test.db)).toMatchObject({ isOn: false, reason: 'paused by an operator' });
  });

  it('does not replace the pause of a person', async () => {
    await switchSendingOff(ctx, byOperator);
    expect(await switchSendingOff(ctx, byQuota)).toBe(false);
    ctx.setNow('2026-11-23T00:00:00Z');
    await switchOnWhenDue(ctx);
    expect((await getSendingSwitch(test.db)).isOn).toBe(false);
  });

  it('never switches on what was off for a person, not even between looking and doing', async () => {
    await switchSendingOff(ctx, byOperator);
    expect(await switchSendingOn(ctx, { by: 'program', dueAt: new Date('2030-01-01T00:00:00Z') })).toBe(false);
    expect((await getSendingSwitch(test.db)).isOn).toBe(false);
  });

  it.each([
    ['2026-11-21T00:00:00.000Z', '2026-11-22T00:00:00.000Z'],
    ['2026-11-21T23:59:59.999Z', '2026-11-22T00:00:00.000Z'],
    ['2026-12-31T12:00:00.000Z', '2027-01-01T00:00:00.000Z'],
  ])('is until the next midnight in UTC: %s -> %s', (now, then) => {
    expect(nextUtcMidnight(new Date(now)).toISOString()).toBe(then);
  });
});
