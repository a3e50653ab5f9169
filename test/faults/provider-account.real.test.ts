import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { resumeSendingIssue } from '../../src/deliveries/resume-sending-issue.ts';
import type { Service } from '../../src/start/service.ts';
import { openScene, type Scene, until, unwrap } from '../support/scene.ts';
import {
  dropWebhooks,
  expectWell,
  freezeHeld,
  getIssueNamed,
  letSendingGo,
  letTimePass,
  listAlerts,
  listBatches,
  listCalls,
  listDeliveries,
  listRequests,
  patient,
  pauseWebhooks,
  readSwitch,
  waitSent,
} from './sending.ts';

const readers = 220;
let scene: Scene;
let workers: Service;

beforeAll(async () => {
  scene = await openScene({ readers, env: patient });
  await pauseWebhooks(scene, true);
  workers = await scene.work();
});
beforeEach(async () => scene.clearFaults());
afterAll(async () => scene.end());

async function listBatchIds(number: number): Promise<string[]> {
  return (await listBatches(scene, number)).map((batch) => batch.id);
}

/** Waits until the key was refused and every call has ended. */
async function waitRefused(number: number): Promise<void> {
  await until('sending is off and no call is under way', async () => {
    const isCalling = (await listBatches(scene, number)).some((batch) => batch.state === 'calling');
    return !isCalling && !(await readSwitch(scene)).isOn;
  });
}

describe('a key that is refused in the middle of an issue', () => {
  it.each([
    [401, 'restricted_api_key'],
    [403, 'invalid_api_key'],
  ])('53. %i stops all sending; when the same key is good again, resume sends the same rows', async (status, name) => {
    const alertsBefore = (await listAlerts(scene)).length;
    const number = await freezeHeld(scene);
    const [first, second = '', third = ''] = await listBatchIds(number);
    const words = 'Not for sender verdicts@example.com';
    for (const id of [second, third]) {
      await scene.fault({
        match: { keyPrefix: `batch-${id}` },
        action: { kind: 'status', status, name, message: words },
      });
    }
    const rows = await listDeliveries(scene, number);
    await letSendingGo(scene);
    await waitRefused(number);
    const off = await readSwitch(scene);
    expect(off).toMatchObject({ isOn: false, resumesAt: null });
    expect(off.reason).toContain(name);
    expect(off.reason).toContain('`resume`');
    expect(off.reason).not.toContain('@');
    expect((await listAlerts(scene)).slice(alertsBefore)).toEqual(['sending-switched-off']);
    expect(await scene.account(number)).toMatchObject({ state: 'sending', failed: 0, unknown: 0, balanced: true });
    await scene.clearFaults();
    await letSendingGo(scene);
    await waitSent(scene, number);
    const ids = (listed: { id: string; batchId: string }[]) => listed.map((row) => `${row.batchId} ${row.id}`);
    expect(ids(await listDeliveries(scene, number))).toEqual(ids(rows));
    const refused = (await Promise.all([second, third].map((id) => listCalls(scene, id)))).flat();
    expect(refused.filter((call) => call.verdict === 'no').length).toBeGreaterThan(0);
    for (const id of [first ?? '', second, third]) {
      const keys = (await listRequests(scene, id)).map((request) => request.idempotencyKey);
      expect(new Set(keys).size).toBe(keys.length);
    }
    await expectWell(scene, number, { accepted: readers });
  });

  it('53. behind a doubt the same key of ours asks again: nothing thaws that may have been taken', async () => {
    const number = await freezeHeld(scene);
    const [first = ''] = await listBatchIds(number);
    const match = { keyPrefix: `batch-${first}` };
    await scene.fault({ match, action: { kind: 'status', status: 500, accept: true } });
    await scene.fault({ match, action: { kind: 'status', status: 401, name: 'restricted_api_key' } });
    await letSendingGo(scene);
    await until('the doubtful batch was refused', async () => {
      await letTimePass(scene);
      return !(await readSwitch(scene)).isOn;
    });
    await letSendingGo(scene);
    await waitSent(scene, number);
    const requests = await listRequests(scene, first);
    expect(requests.map((request) => request.outcome)).toEqual(['accepted', 'faulted', 'replayed']);
    expect(new Set(requests.map((request) => request.idempotencyKey)).size).toBe(1);
    await expectWell(scene, number, { accepted: readers });
  });

  it('53. under a new key the issue pauses and asks; agreed to, what was in doubt becomes unknown and the rest goes on', async () => {
    await dropWebhooks(scene);
    const number = await freezeHeld(scene);
    const [first = '', second = '', third = ''] = await listBatchIds(number);
    const revoked = { kind: 'status', status: 403, name: 'invalid_api_key' };
    await scene.fault({
      match: { keyPrefix: `batch-${first}` },
      action: { kind: 'status', status: 500, accept: true },
    });
    await scene.fault({ match: { keyPrefix: `batch-${second}` }, action: revoked });
    await scene.fault({ match: { keyPrefix: `batch-${third}` }, action: { kind: 'delay', ms: 200 } });
    await scene.fault({ match: { apiKey: 're_test', keyPrefix: `batch-`, times: 'always' }, action: revoked });
    await letSendingGo(scene);
    await until('the first batch is in doubt under the old key', async () => {
      const [batch] = await listBatches(scene, number);
      return batch?.state === 'doubt' && !(await readSwitch(scene)).isOn;
    });
    await waitRefused(number);
    const accepted = (await scene.account(number)).accepted;
    await workers.stop(2_000);
    workers = await scene.work({ resendApiKey: 're_new' });
    await letSendingGo(scene);
    await until('the issue is paused', async () => (await scene.account(number)).state === 'paused');
    expect((await getIssueNamed(scene, number)).stateReason).toMatch(/another provider account.*--accept-provider/);
    expect(await listAlerts(scene)).toContain('issue-paused-other-provider');
    const resume = { number, by: 'test', acceptsProvider: false };
    expect(await resumeSendingIssue(workers.ctx, resume)).toMatchObject({ refused: 'other-provider' });
    expect(await scene.account(number)).toMatchObject({ state: 'paused', accepted });
    unwrap(await resumeSendingIssue(workers.ctx, { ...resume, acceptsProvider: true }));
    await waitSent(scene, number);
    expect(await scene.account(number)).toMatchObject({ accepted: readers - 100, unknown: 100, balanced: true });
    const requests = await listRequests(scene, first);
    expect(requests.map((request) => request.outcome === 'accepted')).toEqual(requests.map((_, index) => index === 0));
    // The old account's own reports still clear what it took.
    await pauseWebhooks(scene, false);
    await until('its events have proved the doubtful batch', async () => (await scene.account(number)).unknown === 0);
    await expectWell(scene, number, { state: 'sent', accepted: readers, unknown: 0 });
  });
});
