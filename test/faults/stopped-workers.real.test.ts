import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { switchSendingOff, switchSendingOn } from '../../src/deliveries/sending-switch.ts';
import { unsubscribe } from '../../src/subscribers/unsubscribe.ts';
import { isStopped, type Program } from '../support/program.ts';
import { type Scene, until } from '../support/scene.ts';
import { countMailsTaken, expectWhole, listCallsTaken, openCrashScene, workToEnd } from './crashing.ts';
import { approveAgain, letTimePass, listBatches, listCalls, listDeliveries } from './sending.ts';
import { freezeInto } from './small-batches.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await openCrashScene();
});
afterEach(() => scene.clearFaults());
afterAll(() => scene.end());

/** An issue of one batch, frozen and rung, with nobody at work. */
async function freezeOneBatch(): Promise<{ number: number; batchId: string }> {
  const number = await approveAgain(scene);
  await scene.send(number);
  const [batch] = await listBatches(scene, number);
  return { number, batchId: batch?.id ?? '' };
}

/** A worker that has stopped itself at a failpoint. */
async function runStopping(failpoint: string): Promise<Program> {
  const worker = await scene.run(['work'], { FAILPOINT: failpoint });
  await until('the worker has stopped', async () => isStopped(worker.pid), 60);
  return worker;
}

async function untilTaken(number: number): Promise<void> {
  await until('the provider has taken the batch', async () => (await countMailsTaken(scene, number)) === 90);
}

async function untilWritten(batchId: string, verdict: string): Promise<void> {
  const isWritten = async () => (await listCalls(scene, batchId))[0]?.verdict === verdict;
  await until(`the first worker has written its ${verdict}`, isWritten);
}

async function expectTakenOver(number: number): Promise<void> {
  expect(await listBatches(scene, number)).toMatchObject([{ state: 'accepted', attempt: 2, freezeNumber: 1 }]);
  await expectWhole(scene, number);
}

describe('a worker frozen past its lease', () => {
  it('11. in mid-call: another takes over under the same key, and what the first writes afterwards is fenced', async () => {
    const { number, batchId } = await freezeOneBatch();
    await scene.fault({ match: { path: '/emails/batch' }, action: { kind: 'hold' } });
    const frozen = await scene.run(['work']);
    await untilTaken(number);
    frozen.kill('SIGSTOP');
    await workToEnd(scene, number);
    frozen.kill('SIGCONT');
    await untilWritten(batchId, 'doubt');
    expect(await frozen.stop('SIGTERM'), frozen.output()).toBe(0);
    await expectTakenOver(number);
  });

  it('11. with a no in hand: the batch stays accepted', async () => {
    const { number, batchId } = await freezeOneBatch();
    await scene.fault({ match: { path: '/emails/batch' }, action: { kind: 'status', status: 429 } });
    const frozen = await runStopping('after-answer:stop');
    await workToEnd(scene, number);
    frozen.kill('SIGCONT');
    await untilWritten(batchId, 'no');
    expect(await frozen.stop('SIGTERM'), frozen.output()).toBe(0);
    await expectTakenOver(number);
  });

  it('11. with the ids in hand: both save the same ones', async () => {
    const { number, batchId } = await freezeOneBatch();
    const frozen = await runStopping('after-answer:stop');
    await workToEnd(scene, number);
    frozen.kill('SIGCONT');
    await untilWritten(batchId, 'yes');
    expect(await frozen.stop('SIGTERM'), frozen.output()).toBe(0);
    await expectTakenOver(number);
  });

  it('11. between the claim and the call: it does not call any more', async () => {
    const { number } = await freezeOneBatch();
    const frozen = await runStopping('after-claim:stop');
    await workToEnd(scene, number);
    frozen.kill('SIGCONT');
    expect(await frozen.stop('SIGTERM'), frozen.output()).toBe(0);
    expect(await listCallsTaken(scene, number)).toHaveLength(1);
    await expectTakenOver(number);
  });
});

describe('SIGTERM', () => {
  it('12. in the middle of a send: what is called is settled, the rest is released, exit status 0', async () => {
    const number = await approveAgain(scene);
    await freezeInto(scene, number, 5);
    await scene.fault({ match: { path: '/emails/batch', times: 'always' }, action: { kind: 'delay', ms: 4_000 } });
    const worker = await scene.run(['work'], { RESEND_TIMEOUT_MS: '20000' });
    await until('it has gone on calling', async () => (await listCallsTaken(scene, number)).length > 4);
    expect(await worker.stop('SIGTERM')).toBe(0);
    const states = (await listBatches(scene, number)).map(({ state }) => state);
    expect(new Set(states)).toEqual(new Set(['accepted', 'waiting']));
    const taken = await countMailsTaken(scene, number);
    expect(await scene.account(number)).toMatchObject({ accepted: taken, waiting: 90 - taken, balanced: true });
    await scene.clearFaults();
    await workToEnd(scene, number);
  });

  it('12. while the provider does not answer: exit status 0 after the grace, and another worker asks again', async () => {
    const { number } = await freezeOneBatch();
    await scene.fault({ match: { path: '/emails/batch' }, action: { kind: 'hold' } });
    const worker = await scene.run(['work'], { RESEND_TIMEOUT_MS: '60000' });
    await untilTaken(number);
    expect(await worker.stop('SIGTERM')).toBe(0);
    expect(await listBatches(scene, number)).toMatchObject([{ state: 'calling', attempt: 1 }]);
    await endLeases();
    await workToEnd(scene, number);
  });

  it('13. in the wait after a 429: it exits while a worker that has called still waits for the answer; the batch goes later', async () => {
    const number = await approveAgain(scene);
    await freezeInto(scene, number, 45);
    await switchSendingOff(scene.ctx, { reason: 'not yet', by: 'test', resumesAt: null });
    const [refused, held] = await listBatches(scene, number);
    const inRefused = await firstAddress(number, refused?.id);
    const inHeld = await firstAddress(number, held?.id);
    const status = { kind: 'status', status: 429, headers: { 'retry-after': '600' } };
    await scene.fault({ match: { bodyContains: `"${inRefused}"` }, action: status });
    await scene.fault({ match: { bodyContains: `"${inHeld}"` }, action: { kind: 'hold-before' } });
    await switchSendingOn(scene.ctx, { by: 'test' });
    const calling = await scene.run(['work'], { RESEND_TIMEOUT_MS: '60000' });
    const isNo = async () => (await listBatches(scene, number))[0]?.attempt === 1;
    await until('one batch is refused and the other called', async () => (await isNo()) && (await isHeld()));

    async function isHeld(): Promise<boolean> {
      return (await listCallsTaken(scene, number)).length === 2;
    }
    const waiting = await scene.run(['work'], { RESEND_RATE_LIMIT: '10' });
    await until('it works', async () => waiting.output().includes('Working the queues'));
    await beginWait(refused?.id ?? '');
    calling.kill('SIGTERM');
    await until('the one that called stops', async () => calling.output().includes('Stopping'));
    expect(await waiting.stop('SIGTERM')).toBe(0);
    // Still within the grace of the other: its call can be answered and is settled.
    await scene.clearFaults();
    expect(await calling.ended).toBe(0);
    expect((await listBatches(scene, number)).map(({ state }) => state)).toEqual(['waiting', 'accepted']);
    await letTimePass(scene);
    await workToEnd(scene, number);
  });
});

describe('a worker frozen in the middle of its claim', () => {
  it('11. its locks end with its lease: an unsubscribe gets through and counts, the others get theirs', async () => {
    const { number } = await freezeOneBatch();
    const frozen = await runStopping('before-claim-commit:stop');
    const { id: subscriberId } = await scene.ctx.db.selectFrom('subscribers').select('id').executeTakeFirstOrThrow();
    const isThrough = async () =>
      unsubscribe(scene.ctx, { subscriberId, deliveryId: null, method: 'page' }).then(
        () => true,
        () => false,
      );
    await until('the unsubscribe got through', isThrough, 60);
    const service = await scene.work({ callDeadlineMs: 20_000 });
    await until('the issue is sent', async () => (await scene.account(number)).state === 'sent', 60);
    await service.stop(5_000);
    frozen.kill('SIGCONT');
    expect(await frozen.stop('SIGTERM'), frozen.output()).toBe(0);
    const excluded = { unsubscribed: 1 };
    expect(await scene.account(number)).toMatchObject({ accepted: 89, excluded, waiting: 0, balanced: true });
    expect(await countMailsTaken(scene, number)).toBe(89);
  });
});

/** Another claim may follow as if the leases of dead workers had run out. */
async function endLeases(): Promise<void> {
  await scene.ctx.db.updateTable('batches').set({ leaseUntil: new Date() }).where('state', '=', 'calling').execute();
}

async function firstAddress(number: number, batchId: string | undefined): Promise<string> {
  const delivery = (await listDeliveries(scene, number)).find((one) => one.batchId === batchId);
  const subscriber = await scene.ctx.db
    .selectFrom('subscribers')
    .select('address')
    .where('id', '=', delivery?.subscriberId ?? '')
    .executeTakeFirstOrThrow();
  return subscriber.address ?? '';
}

/** A job of the worker that paces waits for the provider's hold to end: the hold is so short now that it does not give up. */
async function beginWait(batchId: string): Promise<void> {
  const { db, queue } = scene.ctx;
  let attempt = 100;
  await until('a job has its place behind the hold', async () => {
    const holdUntil = new Date(Date.now() + 9_900);
    await db.updateTable('providerLimits').set({ holdUntil }).execute();
    // The other worker does not pace and lets go of what is not due: rung until the right one has it.
    await queue.ring('submit-batch', [{ batchId, attempt: (attempt += 1) }]);
    await wait(100);
    const lane = db.selectFrom('providerPace').select('nextAt').where('lane', '=', 'batch');
    return (await lane.executeTakeFirstOrThrow()).nextAt > holdUntil;
  });
}
