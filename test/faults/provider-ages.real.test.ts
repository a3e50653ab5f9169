import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Context } from '../../src/context.ts';
import { claimBatch } from '../../src/deliveries/claim-batch.ts';
import { doubtLimitMs, lateLimitMs } from '../../src/deliveries/batch.ts';
import { type Decision, listDeliveriesUndecided, resolveUnknown } from '../../src/deliveries/resolve-unknown.ts';
import { resumeSendingIssue } from '../../src/deliveries/resume-sending-issue.ts';
import { stopIssue } from '../../src/deliveries/stop-issue.ts';
import { submitBatch } from '../../src/deliveries/submit-batch.ts';
import { settleCall } from '../../src/deliveries/settle-call.ts';
import { pauseIssue } from '../../src/issues/pause-issue.ts';
import { tick } from '../../src/ops/tick.ts';
import type { Service } from '../../src/start/service.ts';
import { openScene, type Scene, until, unwrap } from '../support/scene.ts';
import {
  approveAgain,
  dropWebhooks,
  expectSameBytes,
  expectWell,
  freezeHeld,
  getIssueNamed,
  letSendingGo,
  letTimePass,
  listAlerts,
  listBatches,
  listCalls,
  listRequests,
  patient,
  pauseWebhooks,
  waitSent,
} from './sending.ts';

const path = '/emails/batch';
const takenThen500 = { kind: 'status', status: 500, accept: true };
let scene: Scene;
let workers: Service | undefined;

beforeEach(async () => {
  await scene.clearFaults();
  await pauseWebhooks(scene, true);
  await dropWebhooks(scene);
});
afterEach(async () => {
  await workers?.stop(2_000);
  workers = undefined;
});

/** The context of a moment that stands still. */
function at(now: Date): Context {
  return { ...scene.ctx, clock: { ...scene.ctx.clock, now: () => now } };
}

/** An issue whose one batch was taken but is in doubt for us; no worker runs. */
async function bringIntoDoubt(): Promise<{ number: number; batchId: string; issueId: string }> {
  await scene.fault({ match: { path, times: 'always' }, action: takenThen500 });
  const number = await approveAgain(scene);
  const issueId = await scene.send(number);
  const [batch] = await listBatches(scene, number);
  const batchId = batch?.id ?? '';
  await submitBatch(scene.ctx, batchId);
  expect(await listBatches(scene, number)).toMatchObject([{ state: 'doubt', doubts: 1 }]);
  return { number, batchId, issueId };
}

/** The first doubtful call began at this moment. */
async function setDoubtSince(batchId: string, since: Date): Promise<void> {
  await scene.ctx.db
    .updateTable('batches')
    .set({ doubtSince: since, firstSubmitAt: since })
    .where('id', '=', batchId)
    .execute();
  await scene.ctx.db.updateTable('calls').set({ startedAt: since }).where('batchId', '=', batchId).execute();
  await letTimePass(scene);
}

describe('a doubt that lasts', () => {
  const readers = 8;
  beforeAll(async () => {
    scene = await openScene({ readers, env: patient });
  });
  afterAll(async () => scene.end());

  it('for 23 hours is asked about once more, a millisecond later never again: unknown, told, shown; later events prove it', async () => {
    const { number, batchId, issueId } = await bringIntoDoubt();
    const now = new Date(Date.now() + 1_000);
    await setDoubtSince(batchId, new Date(now.getTime() - doubtLimitMs));
    await submitBatch(at(now), batchId);
    expect(await listRequests(scene, batchId)).toHaveLength(2);
    await setDoubtSince(batchId, new Date(now.getTime() - doubtLimitMs - 1));
    await scene.clearFaults();
    await submitBatch(at(now), batchId);
    expectSameBytes(await listRequests(scene, batchId));
    expect(await listBatches(scene, number)).toMatchObject([{ state: 'unknown' }]);
    expect(await listAlerts(scene)).toEqual(['batch-unknown']);
    expect(await scene.account(number)).toMatchObject({ state: 'sent', unknown: readers, balanced: true });
    expect(await listDeliveriesUndecided(scene.ctx, issueId)).toHaveLength(readers);
    workers = await scene.work();
    await letTimePass(scene);
    await submitBatch(scene.ctx, batchId);
    expect(await listRequests(scene, batchId)).toHaveLength(2);
    await pauseWebhooks(scene, false);
    await until('events have proved them', async () => (await scene.account(number)).outcomes.delivered === readers);
    await expectWell(scene, number, { state: 'sent', accepted: readers, unknown: 0 });
  });

  it.each<[Decision, object]>([
    ['failed', { failed: readers }],
    ['accepted', { accepted: readers }],
  ])('decided on as %s by a person, it is still proved by a late event', async (decision, figures) => {
    const { number, batchId, issueId } = await bringIntoDoubt();
    await setDoubtSince(batchId, new Date(Date.now() - doubtLimitMs - 1));
    await submitBatch(scene.ctx, batchId);
    const resolution = { issueId, deliveryIds: 'all' as const, decision, note: 'a guess', by: 'test' };
    expect(await resolveUnknown(scene.ctx, resolution)).toEqual({ count: readers });
    expect(await scene.account(number)).toMatchObject({ state: 'sent', unknown: 0, balanced: true, ...figures });
    // One event each: the first of all must not be spent on the batch alone.
    await scene.sandboxDb.deleteFrom('events').where('type', '<>', 'email.delivered').execute();
    workers = await scene.work();
    await pauseWebhooks(scene, false);
    await until('events have told', async () => (await scene.account(number)).outcomes.delivered === readers);
    await expectWell(scene, number, { state: 'sent', accepted: readers, failed: 0 });
  });

  it('ends by the tick also while the issue is paused, and nothing is called when it is resumed', async () => {
    const { number, batchId } = await bringIntoDoubt();
    const alertsBefore = (await listAlerts(scene)).length;
    unwrap(await pauseIssue(scene.ctx, { number, by: 'test', reason: 'paused by the test' }));
    await setDoubtSince(batchId, new Date(Date.now() - doubtLimitMs - 60_000));
    await tick(scene.ctx);
    await tick(scene.ctx);
    expect((await listAlerts(scene)).slice(alertsBefore)).toEqual(['batch-unknown']);
    expect(await scene.account(number)).toMatchObject({
      state: 'paused',
      unknown: readers,
      waiting: 0,
      balanced: true,
    });
    await scene.clearFaults();
    unwrap(await resumeSendingIssue(scene.ctx, { number, by: 'test', acceptsProvider: false }));
    workers = await scene.work();
    await waitSent(scene, number);
    expect(await listRequests(scene, batchId)).toHaveLength(1);
    await pauseWebhooks(scene, false);
    await until('events have proved them', async () => (await scene.account(number)).unknown === 0);
    await expectWell(scene, number, { accepted: readers });
  });
});

describe('an issue of two batches and a few', () => {
  const readers = 205;
  beforeAll(async () => {
    scene = await openScene({ readers, env: patient });
  });
  afterAll(async () => scene.end());

  it('a batch 12 hours past due goes, a millisecond later it pauses the issue as late; resume goes on', async () => {
    const number = await approveAgain(scene);
    await scene.send(number);
    const [first, second, third] = await listBatches(scene, number);
    const now = new Date();
    const dueAt = new Date(now.getTime() - lateLimitMs);
    const db = scene.ctx.db;
    await db
      .updateTable('sendingSwitch')
      .set({ changedAt: new Date(dueAt.getTime() - 3_600_000) })
      .execute();
    await db.updateTable('batches').set({ dueAt, ringAt: dueAt }).execute();
    await submitBatch(at(now), first?.id ?? '');
    expect(await scene.account(number)).toMatchObject({ state: 'sending', accepted: 100 });
    await submitBatch(at(new Date(now.getTime() + 1)), second?.id ?? '');
    expect(await scene.account(number)).toMatchObject({ state: 'paused', accepted: 100, waiting: readers - 100 });
    expect((await getIssueNamed(scene, number)).stateReason).toMatch(/^late: /);
    expect(await listAlerts(scene)).toEqual(['issue-paused-late']);
    workers = await scene.work();
    await submitBatch(scene.ctx, third?.id ?? '');
    for (const batch of [second, third]) expect(await listRequests(scene, batch?.id ?? '')).toEqual([]);
    unwrap(await resumeSendingIssue(scene.ctx, { number, by: 'test', acceptsProvider: false }));
    await waitSent(scene, number);
    await expectWell(scene, number, { accepted: readers });
  });

  it('cancelled with one batch in doubt, one under way and one waiting: unknown, accepted, excluded', async () => {
    const number = await freezeHeld(scene);
    const [doubtful, running, waiting] = await listBatches(scene, number);
    const ofBatch = (batch: { id: string } | undefined) => ({ keyPrefix: `batch-${batch?.id}`, times: 'always' });
    await scene.fault({ match: ofBatch(doubtful), action: takenThen500 });
    await scene.fault({ match: ofBatch(running), action: { kind: 'hold' } });
    await scene.fault({
      match: ofBatch(waiting),
      action: { kind: 'status', status: 429, headers: { 'retry-after': '600' } },
    });
    workers = await scene.work();
    await letSendingGo(scene);
    await until('each batch is where it shall be', async () => {
      const states = (await listBatches(scene, number)).map((batch) => batch.state);
      const hasWaited = (await listCalls(scene, waiting?.id ?? '')).some((call) => call.verdict === 'no');
      return states.join() === 'doubt,calling,waiting' && hasWaited;
    });
    const issueId = (await getIssueNamed(scene, number)).id;
    unwrap(await stopIssue(scene.ctx, { issueId, by: 'test', reason: 'cancelled by the test' }));
    const figures = { state: 'cancelled', accepted: 0, unknown: 100, waiting: 100, excluded: { cancelled: 5 } };
    expect(await scene.account(number)).toMatchObject({ ...figures, balanced: true });
    await scene.clearFaults();
    await fetch(`${scene.sandboxUrl}/api/_control/release`, { method: 'POST' });
    await until('the call under way is saved', async () => (await scene.account(number)).waiting === 0);
    const before = await listRequests(scene, doubtful?.id ?? '');
    await letTimePass(scene);
    for (const batch of [doubtful, running, waiting]) await submitBatch(scene.ctx, batch?.id ?? '');
    expect(await listRequests(scene, doubtful?.id ?? '')).toEqual(before);
    expect(await scene.account(number)).toMatchObject({ accepted: 100, unknown: 100, balanced: true });
    const again = { issueId, deliveryIds: 'all' as const, decision: 'send-again' as const, note: 'no', by: 'test' };
    expect(await resolveUnknown(scene.ctx, again)).toMatchObject({ refused: 'cannot-send-again' });
    await pauseWebhooks(scene, false);
    await until('events have proved the doubtful batch', async () => (await scene.account(number)).unknown === 0);
    await expectWell(scene, number, { state: 'cancelled', accepted: 200, excluded: { cancelled: 5 } });
  });

  it('cancelled while calls are under way that end badly: what may have been taken is unknown, what was refused is excluded', async () => {
    const number = await approveAgain(scene);
    const issueId = await scene.send(number);
    const claims = [];
    for (const batch of await listBatches(scene, number)) claims.push(await claimBatch(scene.ctx, batch.id));
    unwrap(await stopIssue(scene.ctx, { issueId, by: 'test', reason: 'cancelled by the test' }));
    expect(await scene.account(number)).toMatchObject({ state: 'cancelled', waiting: readers, balanced: true });
    const words = { errorName: null, errorMessage: null, retryAfterMs: null, statedRate: null };
    const nothing = { isUnreached: false, ids: null, ...words };
    const answers = [
      { ...nothing, status: null },
      { ...nothing, status: 429, errorName: 'rate_limit_exceeded' },
      { ...nothing, status: 422, errorName: 'invalid_parameter' },
    ];
    for (const [index, answer] of answers.entries()) {
      const claim = claims[index];
      if (claim === undefined || typeof claim === 'string') throw new Error(`batch ${index + 1} was not claimed`);
      await settleCall(scene.ctx, claim, answer);
    }
    expect((await listBatches(scene, number)).map((batch) => batch.state)).toEqual(['unknown', 'excluded', 'excluded']);
    await expectWell(scene, number, { waiting: 0, unknown: 100, excluded: { cancelled: readers - 100 } });
  });
});
