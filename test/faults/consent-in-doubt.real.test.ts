import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { claimBatch } from '../../src/deliveries/claim-batch.ts';
import { submitBatch } from '../../src/deliveries/submit-batch.ts';
import { suppressAddress } from '../../src/subscribers/suppress-address.ts';
import { checkOracles } from '../support/check-oracles.ts';
import { type Scene } from '../support/scene.ts';
import {
  countTaken,
  findDelivery,
  freezeNext,
  listBatchRequests,
  openSceneWithReaders,
  type Reader,
  reportEvent,
  sendNext,
  unsubscribeInTheEnd,
  withdrawals,
  withdrawalsByName,
} from './consent-steps.ts';
import { listBatches, listCalls } from './sending.ts';

let scene: Scene;
let takeReader: () => Reader;

beforeAll(async () => {
  ({ scene, takeReader } = await openSceneWithReaders({ readers: 40, env: { RESEND_TIMEOUT_MS: '30000' } }));
});
afterAll(() => scene.end());
afterEach(async () => {
  await scene.clearFaults();
  expect(await checkOracles(scene, { isEnded: true })).toEqual([]);
});

interface Frozen {
  number: number;
  batchId: string;
}

async function freezeOne(): Promise<Frozen> {
  const { number, batchIds } = await freezeNext(scene);
  return { number, batchId: batchIds[0] ?? '' };
}

/** Hands a batch over once, its back-off passed. */
async function submit(batchId: string): Promise<void> {
  await sql`update batches set ring_at = now() - interval '1 second', lease_until = now() - interval '1 second'
    where id = ${batchId}`.execute(scene.ctx.db);
  await submitBatch(scene.ctx, batchId);
}

const slowDown = { kind: 'status', status: 429, headers: { 'retry-after': '0' } };
/** Ways a call can end that leave it open whether the mails were taken: here they were, or were not. */
const doubts = [
  ['taken, and the answer is lost', { kind: 'status', status: 500, accept: true }],
  ['taken, and the connection is cut', { kind: 'reset-after' }],
  ['not taken, and the answer says nothing', { kind: 'status', status: 502, body: '<h1>Bad gateway</h1>' }],
  ['not taken, and the connection is cut', { kind: 'reset-before' }],
] as const;

describe('83. a batch the provider certainly did not take', () => {
  it.each(withdrawalsByName)('thaws: after %s it goes without them, under a new key', async (_name, withdrawal) => {
    const reader = takeReader();
    const { number, batchId } = await freezeOne();
    await scene.fault({ action: slowDown });
    await submit(batchId);
    expect(await listBatches(scene, number)).toMatchObject([{ state: 'waiting', freezeNumber: 1 }]);
    await withdrawal.act(scene, reader);
    await submit(batchId);
    const requests = await listBatchRequests(scene, batchId);
    expect(requests.map(({ idempotencyKey }) => idempotencyKey)).toEqual([`batch-${batchId}-1`, `batch-${batchId}-2`]);
    expect(new Set(requests.map(({ bodyHash }) => bodyHash)).size).toBe(2);
    expect(await findDelivery(scene, number, reader.id)).toMatchObject({
      state: 'excluded',
      reason: withdrawal.reason,
    });
    expect(await countTaken(scene, reader.address, number)).toBe(0);
    expect(await scene.account(number)).toMatchObject({ state: 'sent', excluded: { [withdrawal.reason]: 1 } });
  });

  it('ends without any call when nobody in it may be mailed any more', async () => {
    const { number, batchId } = await freezeOne();
    const everybody = await scene.ctx.db
      .selectFrom('deliveries')
      .select('subscriberId')
      .where('batchId', '=', batchId)
      .execute();
    const ids = everybody.map(({ subscriberId }) => subscriberId);
    await scene.fault({ action: slowDown });
    await submit(batchId);
    const pause = (until: Date | null) =>
      scene.ctx.db.updateTable('subscribers').set({ pausedUntil: until }).where('id', 'in', ids).execute();
    await pause(new Date(Date.now() + 3_600_000));
    await submit(batchId);
    expect(await listBatchRequests(scene, batchId)).toHaveLength(1);
    expect(await listBatches(scene, number)).toMatchObject([{ state: 'excluded' }]);
    expect(await scene.account(number)).toMatchObject({ state: 'sent', accepted: 0, excluded: { paused: ids.length } });
    await pause(null);
  });
});

describe('84. a batch in doubt', () => {
  it.each(doubts)('(%s) is asked again unchanged, though a member left meanwhile', async (_name, action) => {
    const reader = takeReader();
    const { number, batchId } = await freezeOne();
    await scene.fault({ action });
    await submit(batchId);
    expect(await listBatches(scene, number)).toMatchObject([{ state: 'doubt', freezeNumber: 1 }]);
    await unsubscribeInTheEnd(scene, reader);
    await submit(batchId);
    await expectSameBytes(batchId, 2);
    expect(await findDelivery(scene, number, reader.id)).toMatchObject({ state: 'accepted' });
    expect(await countTaken(scene, reader.address, number)).toBe(1);
    await expectDocumented(batchId, reader);
    const next = await sendNext(scene);
    expect(await findDelivery(scene, next, reader.id)).toBeUndefined();
  });

  it('is asked again unchanged though a member was suppressed, complained or was erased meanwhile', async () => {
    const [suppressed, complained, erased] = [takeReader(), takeReader(), takeReader()];
    const { number, batchId } = await freezeOne();
    await scene.fault({ action: { kind: 'reset-after' } });
    await submit(batchId);
    await scene.ctx.db.transaction().execute((tx) => {
      const { addressHash } = suppressed;
      return suppressAddress(tx, { addressHash, reason: 'manual', source: 'operator' });
    });
    const [complaint] = withdrawals.filter(({ name }) => name === 'a complaint');
    await complaint?.act(scene, complained);
    await sql`update subscribers set state = 'erased', address = null, name = null where id = ${erased.id}`.execute(
      scene.ctx.db,
    );
    await submit(batchId);
    await expectSameBytes(batchId, 2);
    for (const { id } of [suppressed, complained, erased]) {
      expect(await findDelivery(scene, number, id)).toMatchObject({ state: 'accepted' });
    }
  });

  it('whose worker died after the claim is asked again unchanged too', async () => {
    const reader = takeReader();
    const { number, batchId } = await freezeOne();
    const claim = await claimBatch(scene.ctx, batchId);
    expect(claim).toMatchObject({ attempt: 1 });
    await unsubscribeInTheEnd(scene, reader);
    await submit(batchId);
    await expectSameBytes(batchId, 1);
    const calls = await listCalls(scene, batchId);
    expect(new Set(calls.map(({ bodySha256 }) => bodySha256)).size).toBe(1);
    expect(calls).toMatchObject([
      { attempt: 1, verdict: null },
      { attempt: 2, verdict: 'yes' },
    ]);
    expect(await findDelivery(scene, number, reader.id)).toMatchObject({ state: 'accepted' });
    await expectDocumented(batchId, reader);
  });

  it.each([
    ['slow down', slowDown],
    ['a proxy that knows nothing', { kind: 'status', status: 503, body: 'busy' }],
  ])('keeps its bytes through %s: what was doubtful stays so', async (_name, action) => {
    const reader = takeReader();
    const { number, batchId } = await freezeOne();
    await scene.fault({ action: { kind: 'reset-after' } });
    await scene.fault({ action });
    await submit(batchId);
    await unsubscribeInTheEnd(scene, reader);
    await submit(batchId);
    await submit(batchId);
    await expectSameBytes(batchId, 3);
    expect(await countTaken(scene, reader.address, number)).toBe(1);
  });

  it('that is refused for its content was never taken: the halves read consent anew', async () => {
    const reader = takeReader();
    const { number, batchId } = await freezeOne();
    await scene.fault({ action: { kind: 'reset-before' } });
    await scene.fault({ action: { kind: 'status', status: 422, name: 'validation_error' } });
    await submit(batchId);
    await unsubscribeInTheEnd(scene, reader);
    await submit(batchId);
    const [parent, ...halves] = await listBatches(scene, number);
    expect(parent).toMatchObject({ state: 'split' });
    for (const half of halves) await submit(half.id);
    expect(await findDelivery(scene, number, reader.id)).toMatchObject({ state: 'excluded', reason: 'unsubscribed' });
    expect(await countTaken(scene, reader.address, number)).toBe(0);
    expect(await scene.account(number)).toMatchObject({ state: 'sent', waiting: 0 });
  });

  it('that an event proves taken needs no further call, and what it proves does not take consent back', async () => {
    const reader = takeReader();
    const { number, batchId } = await freezeOne();
    await scene.fault({ action: { kind: 'reset-after' } });
    await submit(batchId);
    await unsubscribeInTheEnd(scene, reader);
    const delivery = await findDelivery(scene, number, reader.id);
    const tags = { delivery_id: delivery?.id };
    await reportEvent(scene, { type: 'email.delivered', data: { to: [reader.address], tags } });
    await submit(batchId);
    await expectSameBytes(batchId, 1);
    expect(await scene.account(number)).toMatchObject({ state: 'sent', waiting: 0, outcomes: { delivered: 1 } });
    const next = await sendNext(scene);
    expect(await findDelivery(scene, next, reader.id)).toBeUndefined();
  });
});

/** So many requests, all of one key and one body, and the mails taken once. */
async function expectSameBytes(batchId: string, count: number): Promise<void> {
  const requests = await listBatchRequests(scene, batchId);
  expect(requests).toHaveLength(count);
  expect(new Set(requests.map(({ idempotencyKey, bodyHash }) => `${idempotencyKey} ${bodyHash}`)).size).toBe(1);
}

/** The rows tell why a mail went to somebody who had left: its first submit was before. */
async function expectDocumented(batchId: string, reader: Reader): Promise<void> {
  const { ctx } = scene;
  const row = await ctx.db
    .selectFrom('batches as b')
    .innerJoin('calls as c', 'c.batchId', 'b.id')
    .innerJoin('consents as w', (join) => join.on('w.subscriberId', '=', reader.id).on('w.kind', '=', 'withdrawn'))
    .select(['b.firstSubmitAt', 'c.startedAt', 'w.at'])
    .where('b.id', '=', batchId)
    .orderBy('c.startedAt')
    .executeTakeFirstOrThrow();
  expect(row.firstSubmitAt).toEqual(row.startedAt);
  expect(row.firstSubmitAt?.getTime()).toBeLessThanOrEqual(row.at.getTime());
}
