import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSandboxLedger } from '../../src/sandbox/ledger.ts';
import { openScene, type Scene, until } from '../support/scene.ts';
import {
  approveAgain,
  expectSameBytes,
  expectWell,
  letTimePass,
  listBatches,
  listCalls,
  listRequests,
  pauseWebhooks,
  waitSent,
} from './sending.ts';

const readers = 100;
let scene: Scene;

beforeAll(async () => {
  scene = await openScene({ readers, env: { RESEND_TIMEOUT_MS: '4000' } });
  // What became of a call shall be learnt by asking again alone.
  await pauseWebhooks(scene, true);
  await scene.work();
});
afterAll(async () => scene.end());

/** Sends an issue of one batch, whose first call meets the fault; answers the batch's id. */
async function sendThrough(action: object): Promise<{ number: number; batchId: string }> {
  await scene.clearFaults();
  await scene.fault({ match: { path: '/emails/batch' }, action });
  const number = await approveAgain(scene);
  await scene.send(number);
  await waitSent(scene, number);
  const [batch, ...others] = await listBatches(scene, number);
  expect(others).toEqual([]);
  return { number, batchId: batch?.id ?? '' };
}

/** Every delivery has the id the provider gave to the mail with its tag. */
async function expectIdsRight(number: number): Promise<void> {
  const { mails } = await readSandboxLedger(scene.sandboxDb);
  const theirs = mails.map((mail) => `${mail.tags.delivery_id} ${mail.id}`);
  const ours = await scene.ctx.db
    .selectFrom('providerMessages as m')
    .innerJoin('deliveries as d', 'd.id', 'm.deliveryId')
    .innerJoin('issues as i', 'i.id', 'd.issueId')
    .select(['m.deliveryId', 'm.providerId'])
    .where('i.number', '=', number)
    .execute();
  expect(ours).toHaveLength(readers);
  expect(theirs).toEqual(expect.arrayContaining(ours.map((row) => `${row.deliveryId} ${row.providerId}`)));
}

const page = '<html><h1>Bad gateway</h1></html>';

describe('a call whose end is not known is asked again with the same bytes under the same key', () => {
  it.each([
    ['43. taken, then nothing until the deadline', { kind: 'timeout-after' }, null],
    ['43. taken, then 500', { kind: 'status', status: 500, accept: true }, 500],
    ['43. taken, then 502 and a page of a proxy', { kind: 'status', status: 502, body: page, accept: true }, 502],
    ['45. taken, then cut before the answer', { kind: 'reset-after' }, null],
    ['45. taken, then cut behind the headers', { kind: 'reset-after-headers' }, null],
    ['45. taken, then 200 with half of its JSON', { kind: 'truncated' }, null],
    ['45. taken, then 200 with a page', { kind: 'html-200' }, null],
    ['60. taken, then 200 with 101 ids', { kind: 'wrong-count', ids: 'more' }, 200],
    ['60. taken, then 200 with 99 ids', { kind: 'wrong-count', ids: 'fewer' }, 200],
    ['60. taken, then 200 with an id twice', { kind: 'wrong-count', ids: 'duplicate' }, 200],
    ['63. taken, then a byte a second', { kind: 'slow', everyMs: 1000 }, null],
  ])('%s', async (_title, action, status) => {
    const { number, batchId } = await sendThrough(action);
    const calls = await listCalls(scene, batchId);
    expect(calls.map((call) => call.verdict)).toEqual(['doubt', 'yes']);
    expect(calls[0]).toMatchObject({ status, mailsCount: readers });
    const requests = await listRequests(scene, batchId);
    expect(requests.map((request) => request.outcome)).toEqual(['accepted', 'replayed']);
    expectSameBytes(requests);
    expect(calls.map((call) => `${call.idempotencyKey} ${call.bodySha256}`)).toEqual(
      requests.map((request) => `${request.idempotencyKey} ${request.bodyHash}`),
    );
    await expectIdsRight(number);
    await expectWell(scene, number, { eligible: readers, accepted: readers, waiting: 0 });
  });

  it.each([
    ['44. nothing until the deadline and nothing taken', { kind: 'timeout-before' }, null],
    ['44. cut, nothing taken', { kind: 'reset-before' }, null],
    ['44. 503, nothing taken', { kind: 'status', status: 503 }, 503],
    ['64. 407 of a proxy, nothing taken', { kind: 'status', status: 407, body: page }, 407],
    ['44. 422 in a page of something in between, nothing taken', { kind: 'status', status: 422, body: page }, 422],
  ])('%s: sent once', async (_title, action, status) => {
    const { number, batchId } = await sendThrough(action);
    const calls = await listCalls(scene, batchId);
    expect(calls.map((call) => call.verdict)).toEqual(['doubt', 'yes']);
    expect(calls[0]).toMatchObject({ status });
    const requests = await listRequests(scene, batchId);
    expect(requests.map((request) => request.outcome)).toEqual(['faulted', 'accepted']);
    expectSameBytes(requests);
    await expectIdsRight(number);
    await expectWell(scene, number, { eligible: readers, accepted: readers, waiting: 0 });
  });

  it('55. while the first call still runs the provider answers 409, and is asked again until it has ended', async () => {
    await scene.clearFaults();
    await scene.fault({ match: { path: '/emails/batch' }, action: { kind: 'hold-before' } });
    const number = await approveAgain(scene);
    await scene.send(number);
    const [batch] = await listBatches(scene, number);
    const batchId = batch?.id ?? '';
    await until('the provider has said that the key is in use', async () => {
      await letTimePass(scene);
      return (await listCalls(scene, batchId)).some((call) => call.errorName === 'concurrent_idempotent_requests');
    });
    expect(await scene.account(number)).toMatchObject({ state: 'sending', accepted: 0, waiting: readers });
    await fetch(`${scene.sandboxUrl}/api/_control/release`, { method: 'POST' });
    await waitSent(scene, number);
    const calls = await listCalls(scene, batchId);
    expect(calls.slice(0, 2)).toMatchObject([
      { verdict: 'doubt', status: null },
      { verdict: 'doubt', status: 409 },
    ]);
    expect(calls.at(-1)?.verdict).toBe('yes');
    const requests = await listRequests(scene, batchId);
    expectSameBytes(requests);
    expect(requests.filter((request) => request.outcome === 'accepted')).toHaveLength(1);
    await expectWell(scene, number, { accepted: readers, waiting: 0 });
  });
});
