import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { nextUtcMidnight } from '../../src/deliveries/sending-switch.ts';
import { submitBatch } from '../../src/deliveries/submit-batch.ts';
import { sweep } from '../../src/ops/sweep.ts';
import { readSandboxLedger } from '../../src/sandbox/ledger.ts';
import { openScene, type Scene, until } from '../support/scene.ts';
import {
  approveAgain,
  expectWell,
  letSendingGo,
  letTimePass,
  listAlerts,
  listBatches,
  listDeliveries,
  patient,
  pauseWebhooks,
  readSwitch,
  waitSent,
} from './sending.ts';

const readers = 420;
const path = '/emails/batch';
let scene: Scene;

beforeAll(async () => {
  scene = await openScene({ readers, env: patient });
  await pauseWebhooks(scene, true);
  await scene.work();
});
beforeEach(async () => scene.clearFaults());
afterAll(async () => scene.end());

describe('a quota', () => {
  it('51. of the day, met in the second of five batches: the rest waits for 00:00 UTC and goes on by itself', async () => {
    await scene.fault({
      match: { path, skip: 1, times: 'always' },
      action: { kind: 'status', status: 429, name: 'daily_quota_exceeded' },
    });
    const alertsBefore = (await listAlerts(scene)).length;
    const number = await approveAgain(scene);
    await scene.send(number);
    await until('sending is off and no call is under way', async () => isOffAndQuiet(number));
    const off = await readSwitch(scene);
    expect(off.reason).toMatch(/daily quota.*00:00 UTC/);
    expect(off.resumesAt).toEqual(nextUtcMidnight(await readSwitchedAt()));
    expect((await listAlerts(scene)).slice(alertsBefore)).toEqual(['sending-switched-off']);
    const account = await scene.account(number);
    expect(account).toMatchObject({ state: 'sending', eligible: readers, balanced: true });
    expect(account.accepted).toBeGreaterThan(0);
    expect(account.waiting).toBe(readers - account.accepted);
    const rows = await listDeliveries(scene, number);
    await expectNoCallWhileOff(number);
    await scene.clearFaults();
    // Midnight comes, long after the batches were due.
    const db = scene.ctx.db;
    await db
      .updateTable('batches')
      .set({ dueAt: new Date(Date.now() - 20 * 3_600_000) })
      .where('state', '=', 'waiting')
      .execute();
    await db
      .updateTable('sendingSwitch')
      .set({ resumesAt: new Date(Date.now() - 1) })
      .execute();
    await waitSent(scene, number);
    expect((await listDeliveries(scene, number)).map((row) => row.id)).toEqual(rows.map((row) => row.id));
    await expectWell(scene, number, { accepted: readers });
  });

  it('52. of the month: it waits for a person, and resume sends the same rows', async () => {
    await scene.fault({
      match: { path, skip: 2, times: 'always' },
      action: { kind: 'status', status: 429, name: 'monthly_quota_exceeded' },
    });
    const number = await approveAgain(scene);
    await scene.send(number);
    await until('sending is off and no call is under way', async () => isOffAndQuiet(number));
    const off = await readSwitch(scene);
    expect(off).toMatchObject({ isOn: false, resumesAt: null });
    expect(off.reason).toMatch(/monthly quota.*`resume`/);
    const rows = await listDeliveries(scene, number);
    await scene.clearFaults();
    await expectNoCallWhileOff(number);
    expect((await readSwitch(scene)).isOn).toBe(false);
    await letSendingGo(scene);
    await waitSent(scene, number);
    expect((await listDeliveries(scene, number)).map((row) => row.id)).toEqual(rows.map((row) => row.id));
    await expectWell(scene, number, { accepted: readers });
  });

  async function isOffAndQuiet(number: number): Promise<boolean> {
    const isCalling = (await listBatches(scene, number)).some((batch) => batch.state === 'calling');
    return !isCalling && !(await readSwitch(scene)).isOn;
  }

  async function readSwitchedAt(): Promise<Date> {
    const row = await scene.ctx.db.selectFrom('sendingSwitch').select('changedAt').executeTakeFirstOrThrow();
    return row.changedAt;
  }

  async function expectNoCallWhileOff(number: number): Promise<void> {
    const before = (await readSandboxLedger(scene.sandboxDb)).requests.length;
    await letTimePass(scene);
    await sweep(scene.ctx);
    for (const batch of await listBatches(scene, number)) await submitBatch(scene.ctx, batch.id);
    expect((await readSandboxLedger(scene.sandboxDb)).requests).toHaveLength(before);
  }
});
