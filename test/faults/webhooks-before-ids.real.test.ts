import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Claim, claimBatch } from '../../src/deliveries/claim-batch.ts';
import { finishIssue } from '../../src/deliveries/finish-issue.ts';
import { settleCall } from '../../src/deliveries/settle-call.ts';
import { submitBatch } from '../../src/deliveries/submit-batch.ts';
import type { ProviderAnswer } from '../../src/platform/mailer.ts';
import { readSandboxLedger } from '../../src/sandbox/ledger.ts';
import { newWebhookId } from '../../src/sandbox/webhook-payload.ts';
import { checkOracles } from '../support/check-oracles.ts';
import { openScene, type Scene, until } from '../support/scene.ts';
import { eventAbout, findDelivery, freezeNext, postEvent, type Reader, reportEvent } from './consent-steps.ts';
import { listAlerts, listBatches, listCalls, listDeliveries, pauseWebhooks } from './sending.ts';
import { findEvent, readConsequences, untilSettled } from './webhook-steps.ts';

const readersCount = 30;
const fiveMinutesMs = 300_000;
let scene: Scene;
beforeAll(async () => {
  scene = await openScene({ readers: readersCount });
  await pauseWebhooks(scene, true);
});
afterAll(() => scene.end());
afterEach(async () => expect(await checkOracles(scene, { isEnded: true })).toEqual([]));

/** A reader's delivery as the events about it name it. */
async function nameDelivery(number: number, position: number) {
  const delivery = (await listDeliveries(scene, number))[position];
  if (delivery === undefined) throw new Error(`issue ${number} has no delivery ${position}`);
  const { mails } = await readSandboxLedger(scene.sandboxDb);
  const mail = mails.find(({ tags }) => tags.delivery_id === delivery.id);
  const address = mail?.to[0] ?? '';
  return { id: delivery.subscriberId, address, addressHash: '', deliveryId: delivery.id, mailId: mail?.id ?? '' };
}

async function freezeOne(): Promise<{ number: number; batchId: string }> {
  const { number, batchIds } = await freezeNext(scene);
  return { number, batchId: batchIds[0] ?? '' };
}

async function ringParked(receivedMsAgo: number): Promise<void> {
  const receivedAt = new Date(Date.now() - receivedMsAgo);
  const parked = scene.ctx.db.updateTable('providerEvents').where('state', '=', 'parked');
  await parked.set({ ringAt: sql`now()`, receivedAt }).execute();
}

describe('69. an event that comes before the ids are saved', () => {
  it('proves the whole batch taken, and the late answer changes nothing but the ids', async () => {
    await scene.fault({ action: { kind: 'hold' } });
    const worker = await scene.work({ callDeadlineMs: 60_000 });
    const { number, batchId } = await freezeOne();
    const hasTaken = async () => (await readSandboxLedger(scene.sandboxDb)).mails.length === readersCount;
    await until('the provider has taken the batch', hasTaken);
    expect(await scene.account(number)).toMatchObject({ accepted: 0, waiting: readersCount });
    const [early, tagless] = [await nameDelivery(number, 3), await nameDelivery(number, 4)];
    const parkedId = newWebhookId();
    const byIdAlone = { type: 'email.delivered', data: { email_id: tagless.mailId, to: [tagless.address] } };
    expect(await postEvent(scene, byIdAlone, parkedId)).toBe(204);
    await until('it is parked', async () => (await findEvent(scene, parkedId))?.state === 'parked');
    expect(await postEvent(scene, eventAbout(early, 'email.sent'))).toBe(204);
    await until('the issue is sent', async () => (await scene.account(number)).state === 'sent');
    const proved = { accepted: readersCount, waiting: 0, outcomes: { sent: 1, none: readersCount - 1 } };
    expect(await scene.account(number)).toMatchObject(proved);
    expect(await listCalls(scene, batchId)).toMatchObject([{ verdict: null, endedAt: null }]);
    const before = await readConsequences(scene);
    await scene.clearFaults();
    await until('the late answer is saved', async () => (await listCalls(scene, batchId))[0]?.verdict === 'yes');
    expect(await readConsequences(scene)).toEqual(before);
    const messages = await scene.ctx.db.selectFrom('providerMessages').select('providerId').execute();
    expect(messages).toHaveLength(readersCount);
    await ringParked(0);
    expect(await untilSettled(scene, parkedId)).toMatchObject({ state: 'applied', deliveryId: tagless.deliveryId });
    await worker.stop(5_000);
  });

  it.each<[string, Partial<ProviderAnswer>]>([
    ['is lost', {}],
    ['says to slow down', { status: 429, errorName: 'rate_limit_exceeded', retryAfterMs: 0 }],
    ['says the key is in use', { status: 409, errorName: 'concurrent_idempotent_requests' }],
    ['says the key has another body', { status: 409, errorName: 'invalid_idempotent_request' }],
    ['is a refusal of the content', { status: 422, errorName: 'validation_error' }],
    ['counts other mails', { status: 200, ids: ['one-id-too-few'] }],
  ])('stands against a late answer that %s', async (_name, late) => {
    const { number, batchId } = await freezeOne();
    const claim = await claimAndPost(batchId);
    await reportEvent(scene, eventAbout(await nameDelivery(number, 0), 'email.delivered'));
    const before = await readConsequences(scene);
    const nothing = {
      status: null,
      isUnreached: false,
      ids: null,
      errorName: null,
      errorMessage: null,
      retryAfterMs: null,
      statedRate: null,
    };
    await settleCall(scene.ctx, claim, { ...nothing, ...late });
    await finishIssue(scene.ctx, claim.issueId);
    expect(await readConsequences(scene)).toEqual(before);
    expect(await listBatches(scene, number)).toMatchObject([{ state: 'accepted' }]);
    expect(await scene.account(number)).toMatchObject({ state: 'sent', accepted: readersCount });
  });

  it('proves a batch taken that was given up as unknown', async () => {
    const { number, batchId } = await freezeOne();
    await claimAndPost(batchId);
    await sql`update batches set lease_until = now() - interval '1 second', ring_at = now() - interval '1 second',
      doubt_since = now() - interval '24 hours' where id = ${batchId}`.execute(scene.ctx.db);
    await submitBatch(scene.ctx, batchId);
    expect(await scene.account(number)).toMatchObject({ unknown: readersCount, accepted: 0 });
    await reportEvent(
      scene,
      eventAbout(await nameDelivery(number, 0), 'email.bounced', { bounce: { type: 'Transient' } }),
    );
    const proved = { state: 'sent', unknown: 0, accepted: readersCount, outcomes: { bounced: 1 } };
    expect(await scene.account(number)).toMatchObject(proved);
  });
});

describe('77. an event of nothing of ours', () => {
  it.each([
    ['of another product on the same account', { email_id: randomUUID(), to: ['somebody@example.com'] }],
    ['with tags of another product', { to: ['somebody@example.com'], tags: { order_id: '1001' } }],
    [
      'with the id of a delivery that is not ours',
      { to: ['reader-1@example.com'], tags: { delivery_id: randomUUID() } },
    ],
    ['with nothing to tell it by', {}],
  ])('%s is tried again for five minutes, then kept as foreign, without alarm', async (_name, facts) => {
    const alerts = await listAlerts(scene);
    const before = await readConsequences(scene);
    const worker = await scene.work();
    const id = newWebhookId();
    expect(
      await postEvent(scene, { type: 'email.bounced', data: { ...facts, bounce: { type: 'Permanent' } } }, id),
    ).toBe(204);
    const untilTried = (count: number) =>
      until(`it was tried ${count} times`, async () => ((await findEvent(scene, id))?.attempts ?? 0) >= count);
    await untilTried(1);
    await ringParked(fiveMinutesMs - 20_000);
    await untilTried(2);
    expect(await findEvent(scene, id)).toMatchObject({ state: 'parked', settledAt: null });
    await ringParked(fiveMinutesMs);
    expect(await untilSettled(scene, id)).toMatchObject({ state: 'foreign', deliveryId: null });
    await worker.stop(5_000);
    expect(await readConsequences(scene)).toEqual(before);
    expect(await listAlerts(scene)).toEqual(alerts);
  });

  it('is counted', async () => {
    const { count } = await scene.ctx.db
      .selectFrom('providerEvents')
      .select((eb) => eb.fn.countAll<string>().as('count'))
      .where('state', '=', 'foreign')
      .executeTakeFirstOrThrow();
    expect(Number(count)).toBe(4);
  });
});

describe('78. an event of a delivery that was dropped before any call', () => {
  it.each(['email.complained', 'email.delivered', 'email.bounced'])(
    '%s changes nothing and tells the operator',
    async (type) => {
      const { number, batchId } = await freezeOne();
      const [dropped] = await listDeliveries(scene, number);
      const reader = await findReader(dropped?.subscriberId ?? '', dropped?.id ?? '');
      const pause = scene.ctx.db.updateTable('subscribers').where('id', '=', reader.id);
      await pause.set({ pausedUntil: new Date(Date.now() + 3_600_000) }).execute();
      await submitBatch(scene.ctx, batchId);
      await pause.set({ pausedUntil: null }).execute();
      expect(await findDelivery(scene, number, reader.id)).toMatchObject({ state: 'excluded', reason: 'paused' });
      const [before, alerts] = [await readConsequences(scene), await listAlerts(scene)];
      await reportEvent(scene, eventAbout(reader, type, { bounce: { type: 'Permanent' } }));
      expect(await readConsequences(scene)).toEqual(before);
      expect(await listAlerts(scene)).toEqual([...alerts, 'event-mismatched']);
    },
  );
});

async function findReader(id: string, deliveryId: string): Promise<Reader> {
  const row = scene.ctx.db.selectFrom('subscribers').select(['address', 'addressHash']).where('id', '=', id);
  const { address, addressHash } = await row.executeTakeFirstOrThrow();
  return { id, deliveryId, address: address ?? '', addressHash };
}

/** A claim whose mails the provider has taken, and whose answer nobody has saved. */
async function claimAndPost(batchId: string): Promise<Claim> {
  const claim = await claimBatch(scene.ctx, batchId);
  if (typeof claim === 'string') throw new Error(`no claim: ${claim}`);
  const { body, idempotencyKey } = claim;
  const answer = await scene.ctx.mailer.post({ path: '/emails/batch', body, idempotencyKey, deadlineMs: 30_000 });
  expect(answer.status).toBe(200);
  return claim;
}
