import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Context } from '../../src/context.ts';
import { doubtLimitMs } from '../../src/deliveries/batch.ts';
import { claimBatch } from '../../src/deliveries/claim-batch.ts';
import { bindAudience } from '../../src/deliveries/freeze-issue.ts';
import { findWrittenMarks, readMarks, writeMarks } from '../../src/deliveries/restored/marks.ts';
import { settleCall } from '../../src/deliveries/settle-call.ts';
import { submitBatch } from '../../src/deliveries/submit-batch.ts';
import { tick } from '../../src/ops/tick.ts';
import type { Service } from '../../src/start/service.ts';
import { unsubscribe } from '../../src/subscribers/unsubscribe.ts';
import { type Backup, backUpDatabase } from '../support/back-up-database.ts';
import { openScene, type Scene, until } from '../support/scene.ts';
import { countIdsMissing, expectWhole, listCallsTaken } from './crashing.ts';
import {
  approveAgain,
  dropWebhooks,
  expectWell,
  getIssueNamed,
  listAlerts,
  listBatches,
  listDeliveries,
  patient,
  pauseWebhooks,
  waitSent,
} from './sending.ts';

const readers = 12;
let scene: Scene;
let backup: Backup | undefined;
let worker: Service | undefined;
beforeAll(async () => {
  scene = await openScene({ readers, env: patient });
});
beforeEach(async () => {
  await pauseWebhooks(scene, true);
  await dropWebhooks(scene);
});
afterEach(async () => {
  await worker?.stop(5_000);
  worker = undefined;
  await backup?.drop();
  backup = undefined;
  await scene.ctx.db.updateTable('issues').set({ state: 'cancelled' }).where('state', '<>', 'sent').execute();
});
afterAll(() => scene.end());

/** The database as the other server will have it, which takes over without what is written from now on. */
async function keep(): Promise<void> {
  backup = await backUpDatabase(scene.env.DATABASE_URL ?? '');
}

/** The other server takes over, and no mark tells that it is another: else sending would be held (40). */
async function failOver(): Promise<void> {
  await backup?.restore();
  backup = undefined;
  const { db, config } = scene.ctx;
  if ((await findWrittenMarks(db)) === undefined) return;
  await writeMarks(db, await readMarks(db, config.publicUrl), { at: new Date(), isFirst: false });
}

async function freezeOneBatch(): Promise<{ number: number; batchId: string }> {
  const number = await approveAgain(scene);
  await scene.send(number);
  const [batch] = await listBatches(scene, number);
  return { number, batchId: batch?.id ?? '' };
}

/** A batch that the provider has taken; that this was so is in the second that was lost. */
async function loseSettling(): Promise<{ number: number; batchId: string }> {
  const { number, batchId } = await freezeOneBatch();
  const claim = await claimBatch(scene.ctx, batchId);
  if (typeof claim === 'string') throw new Error(`not claimed: ${claim}`);
  await keep();
  const { body, idempotencyKey } = claim;
  const answer = await scene.ctx.mailer.post({ path: '/emails/batch', body, idempotencyKey, deadlineMs: 20_000 });
  await settleCall(scene.ctx, claim, answer);
  expect(await scene.account(number)).toMatchObject({ accepted: readers });
  await failOver();
  expect(await scene.account(number)).toMatchObject({ accepted: 0, waiting: readers });
  expect(await listBatches(scene, number)).toMatchObject([{ state: 'calling', attempt: 1 }]);
  return { number, batchId };
}

async function endLeases(): Promise<void> {
  await scene.ctx.db.updateTable('batches').set({ leaseUntil: new Date() }).where('state', '=', 'calling').execute();
}

/** Asked so often, always for the same. */
async function expectAsked(number: number, count: number): Promise<void> {
  const calls = await listCallsTaken(scene, number);
  expect(calls).toHaveLength(count);
  expect(new Set(calls).size).toBe(1);
}

describe('39. a failover that loses the last second', () => {
  it('with it the ids of a batch: the provider is asked again under the same key and tells them once more', async () => {
    const { number } = await loseSettling();
    await endLeases();
    worker = await scene.work();
    await waitSent(scene, number);
    await expectWhole(scene, number);
    await expectAsked(number, 2);
  });

  it('with it the ids of a batch: the events prove it taken, and nobody is asked again', async () => {
    const { number } = await loseSettling();
    worker = await scene.work();
    await pauseWebhooks(scene, false);
    await waitSent(scene, number);
    await until('every id is known', async () => (await countIdsMissing(scene)) === 0);
    await expectWhole(scene, number);
    await expectAsked(number, 1);
  });

  it('and no events for 23 hours: unknown, never sent again by itself; an event that comes later still proves it', async () => {
    const { number, batchId } = await loseSettling();
    const now = new Date(Date.now() + doubtLimitMs + 3_600_000);
    const later: Context = { ...scene.ctx, clock: { ...scene.ctx.clock, now: () => now } };
    await tick(later);
    await submitBatch(later, batchId);
    expect(await scene.account(number)).toMatchObject({ unknown: readers, waiting: 0, balanced: true });
    expect(await listAlerts(scene)).toContain('batch-unknown');
    await expectAsked(number, 1);
    worker = await scene.work();
    await pauseWebhooks(scene, false);
    await until('events have proved it', async () => (await scene.account(number)).unknown === 0);
    await until('every id is known', async () => (await countIdsMissing(scene)) === 0);
    await expectWell(scene, number, { accepted: readers });
  });

  it('with it the whole claim: claimed anew it has the same key and bytes', async () => {
    const { number, batchId } = await freezeOneBatch();
    await keep();
    await submitBatch(scene.ctx, batchId);
    await failOver();
    expect(await listBatches(scene, number)).toMatchObject([{ state: 'waiting', attempt: 0, firstSubmitAt: null }]);
    await submitBatch(scene.ctx, batchId);
    await expectWhole(scene, number);
    await expectAsked(number, 2);
  });

  it('with it the whole freeze: done anew it has the same batches and deliveries, so the same keys', async () => {
    const number = await approveAgain(scene);
    const { id: issueId } = await getIssueNamed(scene, number);
    const sendAt = new Date(Date.now() - 1_000);
    await scene.ctx.db.updateTable('issues').set({ sendAt }).where('id', '=', issueId).execute();
    await keep();
    await bindAudience(scene.ctx, issueId);
    const before = await listDeliveries(scene, number);
    for (const batch of await listBatches(scene, number)) await submitBatch(scene.ctx, batch.id);
    expect(await scene.account(number)).toMatchObject({ state: 'sent', accepted: readers });
    await failOver();
    expect(await listBatches(scene, number)).toEqual([]);
    await bindAudience(scene.ctx, issueId);
    const ids = (rows: typeof before) => rows.map(({ id, batchId, subscriberId }) => ({ id, batchId, subscriberId }));
    expect(ids(await listDeliveries(scene, number))).toEqual(ids(before));
    for (const batch of await listBatches(scene, number)) await submitBatch(scene.ctx, batch.id);
    await expectWhole(scene, number);
    await expectAsked(number, 2);
  });

  it('with it the whole claim, and somebody unsubscribes before the next: the batch is held for a person, nobody gets two', async () => {
    const { number, batchId } = await freezeOneBatch();
    await keep();
    await submitBatch(scene.ctx, batchId);
    await failOver();
    const [delivery] = await listDeliveries(scene, number);
    await unsubscribe(scene.ctx, {
      subscriberId: delivery?.subscriberId ?? '',
      deliveryId: delivery?.id ?? null,
      method: 'page',
    });
    await submitBatch(scene.ctx, batchId);
    expect(await listBatches(scene, number)).toMatchObject([{ state: 'blocked' }]);
    expect(await listAlerts(scene)).toContain('batch-blocked');
    worker = await scene.work();
    await pauseWebhooks(scene, false);
    await until('events have proved the others', async () => (await scene.account(number)).accepted === readers - 1);
    expect(await listCallsTaken(scene, number)).toHaveLength(2);
  });
});
