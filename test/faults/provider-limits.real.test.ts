import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Context } from '../../src/context.ts';
import { ringDueBatches } from '../../src/deliveries/ring-due-batches.ts';
import { laneRate, waitForPace } from '../../src/deliveries/pace.ts';
import type { Service } from '../../src/start/service.ts';
import { openScene, type Scene, until } from '../support/scene.ts';
import {
  approveAgain,
  expectSameBytes,
  expectWell,
  freezeHeld,
  letProviderGo,
  letSendingGo,
  letTimePass,
  listAlerts,
  listBatches,
  listCalls,
  listRequests,
  patient,
  pauseWebhooks,
  setProviderRate,
  waitSent,
} from './sending.ts';

const readers = 420;
const batchesCount = 5;
const path = '/emails/batch';
let scene: Scene;
let workers: Service;

beforeAll(async () => {
  scene = await openScene({ readers, env: patient });
  await pauseWebhooks(scene, true);
  workers = await scene.work();
});
beforeEach(async () => scene.clearFaults());
afterAll(async () => scene.end());

async function listCallsOfIssue(number: number) {
  const batches = await listBatches(scene, number);
  return (await Promise.all(batches.map((batch) => listCalls(scene, batch.id)))).flat();
}

async function listRequestsOfIssue(number: number) {
  const batches = await listBatches(scene, number);
  return Promise.all(batches.map((batch) => listRequests(scene, batch.id)));
}

async function readLimits() {
  return scene.ctx.db.selectFrom('providerLimits').selectAll().executeTakeFirstOrThrow();
}

describe('a provider in trouble', () => {
  it('46. many pages of a broken proxy, then 503: the same key and bytes until it is over, held back ever longer', async () => {
    const storm = 24;
    await scene.fault({
      match: { path, times: storm - 4 },
      action: { kind: 'status', status: 502, body: '<h1>502</h1>' },
    });
    await scene.fault({ match: { path, times: 4 }, action: { kind: 'status', status: 503 } });
    const number = await approveAgain(scene);
    await scene.send(number);
    let streak = 0;
    await until('the storm is over', async () => {
      await letTimePass(scene);
      streak = Math.max(streak, (await readLimits()).doubtStreak);
      return (await scene.account(number)).state === 'sent';
    });
    expect(streak).toBeGreaterThan(storm / 2);
    expect((await readLimits()).doubtStreak).toBe(0);
    const calls = await listCallsOfIssue(number);
    expect(calls.filter((call) => call.verdict === 'doubt')).toHaveLength(storm);
    expect(calls.filter((call) => call.verdict === 'yes')).toHaveLength(batchesCount);
    const byBatch = await listRequestsOfIssue(number);
    byBatch.forEach(expectSameBytes);
    expect(byBatch.flat()).toHaveLength(storm + batchesCount);
    await expectWell(scene, number, { accepted: readers, failed: 0, unknown: 0 });
  });

  it('46. while the provider is held back nothing is rung', async () => {
    const number = await freezeHeld(scene);
    await scene.ctx.db
      .updateTable('providerLimits')
      .set({ holdUntil: new Date(Date.now() + 3_600_000) })
      .execute();
    await scene.ctx.db.updateTable('sendingSwitch').set({ isOn: true, reason: null }).execute();
    expect(await ringDueBatches(scene.ctx)).toBe(0);
    await letProviderGo(scene);
    await waitSent(scene, number);
    await expectWell(scene, number, { accepted: readers });
  });
});

describe('429', () => {
  it('47. a storm with Retry-After is waited out: every batch thaws, goes under a new key, none fails', async () => {
    const storm = 12;
    await scene.fault({
      match: { path, times: storm },
      action: { kind: 'status', status: 429, headers: { 'retry-after': '1' } },
    });
    const number = await approveAgain(scene);
    await scene.send(number);
    await until('the issue is sent', async () => (await scene.account(number)).state === 'sent');
    const refused = (await listCallsOfIssue(number)).filter((call) => call.verdict !== 'yes');
    expect(refused).toHaveLength(storm);
    expect(refused.every((call) => call.verdict === 'no' && call.status === 429)).toBe(true);
    for (const requests of await listRequestsOfIssue(number)) {
      expect(new Set(requests.map((request) => request.idempotencyKey)).size).toBe(requests.length);
    }
    await expectWell(scene, number, { accepted: readers, failed: 0, unknown: 0 });
  });

  it('47. behind a doubt it keeps the key: the call before it may have been taken', async () => {
    const number = await freezeHeld(scene);
    for (const { id } of await listBatches(scene, number)) {
      const match = { keyPrefix: `batch-${id}` };
      await scene.fault({ match, action: { kind: 'status', status: 500, accept: true } });
      await scene.fault({ match, action: { kind: 'status', status: 429 } });
    }
    await letSendingGo(scene);
    await waitSent(scene, number);
    expect((await listCallsOfIssue(number)).filter((call) => call.verdict === 'no')).toHaveLength(batchesCount);
    for (const requests of await listRequestsOfIssue(number)) {
      expect(requests.map((request) => request.status)).toEqual([500, 429, 200]);
      expectSameBytes(requests);
    }
    await expectWell(scene, number, { accepted: readers });
  });

  it('48. Retry-After missing or garbage means a second; a day of it is cut to 15 minutes and told', async () => {
    const number = await freezeHeld(scene);
    const asked = [{}, { 'retry-after': 'soon' }, { 'retry-after': '-5' }, { 'retry-after': '86400' }];
    const batches = (await listBatches(scene, number)).slice(0, asked.length);
    for (const [index, { id }] of batches.entries()) {
      const action = { kind: 'status', status: 429, headers: asked[index] };
      await scene.fault({ match: { keyPrefix: `batch-${id}` }, action });
    }
    await letSendingGo(scene);
    await until('each of them was refused once', async () => {
      await letProviderGo(scene);
      const calls = await Promise.all(batches.map(({ id }) => listCalls(scene, id)));
      return calls.every(([first]) => first?.endedAt != null);
    });
    const waits = (await listBatches(scene, number)).slice(0, asked.length).map(async (batch) => {
      const [first] = await listCalls(scene, batch.id);
      return batch.ringAt.getTime() - (first?.endedAt?.getTime() ?? 0);
    });
    const [missing = 0, garbage = 0, negative = 0, day = 0] = await Promise.all(waits);
    for (const wait of [missing, garbage, negative]) {
      expect(wait).toBeGreaterThanOrEqual(1_000);
      expect(wait).toBeLessThan(60_000);
    }
    expect(day).toBeGreaterThanOrEqual(15 * 60_000);
    expect(day).toBeLessThan(16 * 60_000);
    expect((await listAlerts(scene)).filter((code) => code === 'provider-asks-long-wait')).toHaveLength(1);
    await waitSent(scene, number);
    await expectWell(scene, number, { accepted: readers });
  });
});

describe('the rate the provider states', () => {
  it('49. lowered to 2 in the middle of an issue, it is followed by every process', async () => {
    await workers.stop(2_000);
    await setProviderRate(scene, 40);
    await scene.work({ rateLimit: 25 });
    const first = await approveAgain(scene);
    await scene.send(first);
    await waitSent(scene, first);
    expect((await readLimits()).statedRate).toBe(40);
    expect(await reserveGap({ ...scene.ctx, config: { ...scene.ctx.config, rateLimit: 25 } })).toBe(
      1000 / laneRate('batch', 25),
    );
    await setProviderRate(scene, 2);
    const second = await approveAgain(scene);
    await scene.send(second);
    await waitSent(scene, second);
    expect((await readLimits()).statedRate).toBe(2);
    expect(await reserveGap({ ...scene.ctx, config: { ...scene.ctx.config, rateLimit: 25 } })).toBe(1000);
    await expectWell(scene, second, { accepted: readers, failed: 0, unknown: 0 });
  });

  /** Milliseconds between two moments reserved one after the other. */
  async function reserveGap(ctx: Context): Promise<number> {
    const instant = { ...ctx, clock: { ...ctx.clock, sleep: async () => {} } };
    const soon = new Date(Date.now() + 5_000);
    await ctx.db.updateTable('providerPace').set({ nextAt: soon }).execute();
    expect(await waitForPace(instant, 'batch')).toBe(true);
    const row = ctx.db.selectFrom('providerPace').select('nextAt').where('lane', '=', 'batch');
    const gap = (await row.executeTakeFirstOrThrow()).nextAt.getTime() - soon.getTime();
    await ctx.db.updateTable('providerPace').set({ nextAt: new Date() }).execute();
    return gap;
  }
});
