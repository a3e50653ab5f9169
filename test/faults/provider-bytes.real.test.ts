import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { importComparison } from '../../src/comparisons/import-comparison.ts';
import { finishIssue } from '../../src/deliveries/finish-issue.ts';
import { type Decision, listDeliveriesUndecided, resolveUnknown } from '../../src/deliveries/resolve-unknown.ts';
import { submitBatch } from '../../src/deliveries/submit-batch.ts';
import type { Service } from '../../src/start/service.ts';
import { openScene, type Scene, until, unwrap } from '../support/scene.ts';
import {
  approveAgain,
  expectSameBytes,
  expectWell,
  getIssueNamed,
  holdSending,
  letSendingGo,
  letTimePass,
  listAlerts,
  listBatches,
  listRequests,
  patient,
  pauseWebhooks,
  waitSent,
} from './sending.ts';

const readers = 12;
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

/** An issue of one batch whose calls end in doubt, with sending off behind it; `accept`: the provider took it all the same. */
async function bringIntoDoubt(accept: boolean): Promise<{ number: number; batchId: string }> {
  await scene.fault({ match: { path, times: 'always' }, action: { kind: 'status', status: 500, accept } });
  const number = await approveAgain(scene);
  await scene.send(number);
  await until('the batch has been in doubt', async () => ((await listBatches(scene, number))[0]?.doubts ?? 0) > 0);
  await holdSending(scene);
  await until('no call is under way', async () => (await listBatches(scene, number))[0]?.state === 'doubt');
  await scene.clearFaults();
  return { number, batchId: (await listBatches(scene, number))[0]?.id ?? '' };
}

async function waitBlocked(number: number): Promise<void> {
  await until('the batch is blocked', async () => {
    await letTimePass(scene);
    return (await listBatches(scene, number))[0]?.state === 'blocked';
  });
}

/** Neither the sweep nor a job of its own calls the provider for this batch. */
async function expectNoCall(batchId: string): Promise<void> {
  const before = (await listRequests(scene, batchId)).length;
  await letTimePass(scene);
  await submitBatch(scene.ctx, batchId);
  expect(await listRequests(scene, batchId)).toHaveLength(before);
}

async function decide(number: number, decision: Decision): Promise<void> {
  const { id: issueId } = await getIssueNamed(scene, number);
  const undecided = await listDeliveriesUndecided(scene.ctx, issueId);
  expect(undecided).toHaveLength(readers);
  expect(undecided.every((delivery) => delivery.lastError !== null && delivery.firstSubmitAt !== null)).toBe(true);
  const resolution = { issueId, deliveryIds: 'all' as const, decision, note: 'looked up at the provider', by: 'test' };
  const decided = await resolveUnknown(scene.ctx, resolution);
  expect(unwrap(decided)).toEqual({ count: readers });
  await finishIssue(scene.ctx, issueId);
}

describe('a batch whose bytes would differ', () => {
  it.each<[Decision, boolean, object]>([
    ['accepted', true, { accepted: readers }],
    ['failed', false, { failed: readers }],
    ['send-again', false, { accepted: readers }],
  ])('56. is blocked before any call, until a person says: %s', async (decision, accept, figures) => {
    const { number, batchId } = await bringIntoDoubt(accept);
    const alertsBefore = (await listAlerts(scene)).length;
    await scene.ctx.db
      .updateTable('deliveries')
      .set({ name: 'Somebody Else' })
      .where('batchId', '=', batchId)
      .execute();
    const before = await listRequests(scene, batchId);
    await letSendingGo(scene);
    await waitBlocked(number);
    await expectNoCall(batchId);
    expect(await listRequests(scene, batchId)).toHaveLength(before.length);
    expect((await listAlerts(scene)).slice(alertsBefore)).toEqual(['batch-blocked']);
    expect(await scene.account(number)).toMatchObject({ state: 'sending', waiting: readers, balanced: true });
    await decide(number, decision);
    await waitSent(scene, number);
    if (decision === 'send-again') await expectNewKey(number, before[0]?.idempotencyKey ?? '');
    else expect(await listBatches(scene, number)).toHaveLength(1);
    await expectWell(scene, number, { waiting: 0, unknown: 0, ...figures });
  });

  async function expectNewKey(number: number, oldKey: string): Promise<void> {
    const again = (await listBatches(scene, number)).at(-1);
    const requests = await listRequests(scene, again?.id ?? '');
    expect(requests.map((request) => request.outcome)).toEqual(['accepted']);
    expect(requests[0]?.idempotencyKey).not.toBe(oldKey);
  }

  it('56. as the provider says it (409 for another body): blocked and told, no further call, never another key', async () => {
    const { number, batchId } = await bringIntoDoubt(true);
    const alertsBefore = (await listAlerts(scene)).length;
    const action = { kind: 'status', status: 409, name: 'invalid_idempotent_request' };
    await scene.fault({ match: { path, times: 'always' }, action });
    await letSendingGo(scene);
    await waitBlocked(number);
    await scene.clearFaults();
    await expectNoCall(batchId);
    expectSameBytes(await listRequests(scene, batchId));
    expect((await listAlerts(scene)).slice(alertsBefore)).toEqual(['batch-blocked']);
    expect((await listBatches(scene, number))[0]?.lastError).toContain('409 invalid_idempotent_request');
    await decide(number, 'accepted');
    await expectWell(scene, number, { state: 'sent', accepted: readers, waiting: 0, unknown: 0 });
  });
});

describe('between two attempts everything else may change', () => {
  it('57. new pages, another name, sender, address and secret, another process: the bytes stay', async () => {
    const { number, batchId } = await bringIntoDoubt(true);
    await workers.stop(2_000);
    const file = new URL('../../src/demo/samples/week-1/axolotl-vs-gemma-3n.txt', import.meta.url);
    const text = (await readFile(file, 'utf8')).replaceAll('15 times faster', '16 times faster');
    const imported = unwrap(await importComparison(scene.ctx, { text, source: 'changed.txt' }));
    expect(imported).toMatchObject({ version: 2 });
    await scene.ctx.db.updateTable('subscribers').set({ name: 'Renamed' }).execute();
    const changed = {
      NEWSLETTER_NAME: 'Other Verdicts',
      MAIL_FROM: 'Other <other@example.com>',
      MAIL_REPLY_TO: 'reply@example.com',
      POSTAL_ADDRESS: '2 Other Street, Testville',
      PUBLIC_URL: 'http://localhost:2',
      SECRET: `another-secret-for-tests-another-secret,${scene.env.SECRET}`,
    };
    // As if a person had said that it may move: else sending would be held (40).
    await scene.ctx.db.updateTable('installation').set({ publicUrl: changed.PUBLIC_URL }).execute();
    await scene.run(['work'], changed);
    await letSendingGo(scene);
    await waitSent(scene, number);
    const requests = await listRequests(scene, batchId);
    expectSameBytes(requests);
    expect(requests.map((request) => request.outcome)).toEqual([
      'accepted',
      ...requests.slice(1).map(() => 'replayed'),
    ]);
    await expectWell(scene, number, { accepted: readers });
  });
});
