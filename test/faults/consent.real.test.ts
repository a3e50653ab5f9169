import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { submitBatch } from '../../src/deliveries/submit-batch.ts';
import { checkOracles } from '../support/check-oracles.ts';
import { type HeldCommits, holdCommits } from '../support/hold-commits.ts';
import { type Scene, until } from '../support/scene.ts';
import {
  countTaken,
  findDelivery,
  freeze,
  freezeNext,
  listBatchRequests,
  openSceneWithReaders,
  postUnsubscribe,
  type Reader,
  sendNext,
  unsubscribeInTheEnd,
  withdrawalsByName,
} from './consent-steps.ts';

let scene: Scene;
/** A reader who has consented until now. */
let takeReader: () => Reader;
/** Everybody whose consent was taken back in some test. */
const gone: Reader[] = [];

beforeAll(async () => {
  const opened = await openSceneWithReaders({
    readers: 30,
    rows: ['never-confirmed@example.com,,,,,,', 'left-before@example.com,,unsubscribed,,,,'],
    // Patient: a transaction that is held must outlive a slow machine.
    env: { RESEND_TIMEOUT_MS: '60000' },
  });
  scene = opened.scene;
  takeReader = () => {
    const reader = opened.takeReader();
    gone.push(reader);
    return reader;
  };
});
afterAll(() => scene.end());
let held: HeldCommits | undefined;
afterEach(async () => {
  await held?.release();
  expect(await checkOracles(scene, { isEnded: true })).toEqual([]);
});

async function hold(table: 'calls' | 'consents' | 'suppressions'): Promise<HeldCommits> {
  held = await holdCommits(scene.ctx.db, table);
  return held;
}

const onlyBatch = ([batchId = '']: string[]) => batchId;

/** One more issue goes out, and a reader has no part in it. */
async function expectNeverAgain(reader: Reader): Promise<void> {
  const number = await sendNext(scene);
  expect(await findDelivery(scene, number, reader.id)).toBeUndefined();
  expect(await countTaken(scene, reader.address, number)).toBe(0);
}

describe('83. consent taken back', () => {
  it('before the freeze: never gets a delivery, and is counted', async () => {
    const reader = takeReader();
    await scene.ctx.db.deleteFrom('picks').execute();
    const number = await scene.approve();
    await unsubscribeInTheEnd(scene, reader);
    await submitBatch(scene.ctx, onlyBatch(await freeze(scene, number)));
    expect(await findDelivery(scene, number, reader.id)).toBeUndefined();
    const account = await scene.account(number);
    expect(account).toMatchObject({ state: 'sent', ineligible: { unsubscribed: gone.length + 1, pending: 1 } });
    expect(await countTaken(scene, reader.address, number)).toBe(0);
  });

  it('while the freeze runs: no mail goes out, and the freeze is made at once all the same', async () => {
    const reader = takeReader();
    await scene.ctx.db.deleteFrom('picks').execute();
    const number = await scene.approve();
    const commits = await hold('consents');
    const withdrawing = unsubscribeInTheEnd(scene, reader);
    await commits.untilHeld();
    const freezing = freeze(scene, number).finally(() => (isFrozen = true));
    let isFrozen = false;
    await until('the freeze waits or is made', async () => isFrozen || (await isWaiting('insert into deliveries')));
    await commits.release();
    await withdrawing;
    await submitBatch(scene.ctx, onlyBatch(await freezing));
    expect(await scene.account(number)).toMatchObject({ state: 'sent', waiting: 0 });
    expect(await countTaken(scene, reader.address, number)).toBe(0);
  });

  it.each(withdrawalsByName)(
    'after the freeze, before the claim, by %s: dropped with the reason',
    async (_name, withdrawal) => {
      const reader = takeReader();
      const { number, batchIds } = await freezeNext(scene);
      await withdrawal.act(scene, reader);
      await submitBatch(scene.ctx, onlyBatch(batchIds));
      expect(await findDelivery(scene, number, reader.id)).toMatchObject({
        state: 'excluded',
        reason: withdrawal.reason,
      });
      expect(await scene.account(number)).toMatchObject({ state: 'sent', excluded: { [withdrawal.reason]: 1 } });
      expect(await countTaken(scene, reader.address, number)).toBe(0);
    },
  );

  it.each(withdrawalsByName)(
    'when the claim comes, by %s: the claim waits for it and drops them',
    async (_name, withdrawal) => {
      const reader = takeReader();
      const { number, batchIds } = await freezeNext(scene);
      const commits = await hold(withdrawal.table);
      const withdrawing = withdrawal.act(scene, reader);
      await commits.untilHeld();
      const submitting = submitBatch(scene.ctx, onlyBatch(batchIds));
      await commits.untilBlocking();
      await commits.release();
      await Promise.all([withdrawing, submitting]);
      expect(await findDelivery(scene, number, reader.id)).toMatchObject({
        state: 'excluded',
        reason: withdrawal.reason,
      });
      expect(await countTaken(scene, reader.address, number)).toBe(0);
    },
  );

  it.each(withdrawalsByName)(
    'while the claim holds them, by %s: comes after it, and is the last',
    async (_name, withdrawal) => {
      const reader = takeReader();
      const { number, batchIds } = await freezeNext(scene);
      const commits = await hold('calls');
      const submitting = submitBatch(scene.ctx, onlyBatch(batchIds));
      await commits.untilHeld();
      const withdrawing = withdrawal.act(scene, reader);
      await commits.untilBlocking();
      await commits.release();
      await Promise.all([withdrawing, submitting]);
      expect(await findDelivery(scene, number, reader.id)).toMatchObject({ state: 'accepted' });
      expect(await countTaken(scene, reader.address, number)).toBe(1);
      await expectNeverAgain(reader);
    },
  );

  it('while the claim holds them for long: "try again", never a 200 that is not true', async () => {
    const reader = takeReader();
    const { number, batchIds } = await freezeNext(scene);
    const commits = await hold('calls');
    const submitting = submitBatch(scene.ctx, onlyBatch(batchIds));
    await commits.untilHeld();
    expect(await postUnsubscribe(scene, reader)).toBe(503);
    expect(await stateOf(reader)).toBe('active');
    await commits.release();
    await submitting;
    await unsubscribeInTheEnd(scene, reader);
    expect(await findDelivery(scene, number, reader.id)).toMatchObject({ state: 'accepted' });
    expect(await countTaken(scene, reader.address, number)).toBe(1);
    await expectNeverAgain(reader);
  });

  it.each(['hold-before', 'hold'])('in flight (%s the acceptance): that one mail goes out, no other', async (kind) => {
    const reader = takeReader();
    const { number, batchIds } = await freezeNext(scene);
    await scene.fault({ action: { kind } });
    const submitting = submitBatch(scene.ctx, onlyBatch(batchIds));
    await until('the provider has it', async () => (await listBatchRequests(scene, onlyBatch(batchIds))).length === 1);
    await unsubscribeInTheEnd(scene, reader);
    await scene.clearFaults();
    await submitting;
    expect(await findDelivery(scene, number, reader.id)).toMatchObject({ state: 'accepted' });
    expect(await countTaken(scene, reader.address, number)).toBe(1);
    await expectNeverAgain(reader);
  });

  it('after the issue went out: recorded with the mail it came from, and never mailed again', async () => {
    const reader = takeReader();
    const number = await sendNext(scene);
    const delivery = await findDelivery(scene, number, reader.id);
    await unsubscribeInTheEnd(scene, { ...reader, deliveryId: delivery?.id ?? randomUUID() });
    const evidence = scene.ctx.db.selectFrom('consents').selectAll().where('subscriberId', '=', reader.id);
    const withdrawn = await evidence.where('kind', '=', 'withdrawn').execute();
    expect(withdrawn).toMatchObject([{ method: 'one-click', deliveryId: delivery?.id }]);
    await expectNeverAgain(reader);
  });
});

it.each([
  ['pending', sql`state = 'pending', confirmed_at = null`],
  ['paused', sql`paused_until = now() + interval '1 day'`],
  ['erased', sql`state = 'erased', address = null, name = null`],
])('who is %s by the time of the claim is dropped, though the freeze counted them', async (reason, change) => {
  const reader = takeReader();
  const { number, batchIds } = await freezeNext(scene);
  await sql`update subscribers set ${change} where id = ${reader.id}`.execute(scene.ctx.db);
  await submitBatch(scene.ctx, onlyBatch(batchIds));
  expect(await findDelivery(scene, number, reader.id)).toMatchObject({ state: 'excluded', reason });
  expect(await countTaken(scene, reader.address, number)).toBe(0);
});

it('nobody who never confirmed gets any of all these issues', async () => {
  expect(await countTaken(scene, 'never-confirmed@example.com')).toBe(0);
  expect(await countTaken(scene, 'left-before@example.com')).toBe(0);
});

async function stateOf({ id }: Reader): Promise<string | undefined> {
  return (await scene.ctx.db.selectFrom('subscribers').select('state').where('id', '=', id).executeTakeFirst())?.state;
}

async function isWaiting(words: string): Promise<boolean> {
  const { rows } = await sql<{ pid: number }>`
    select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
      and query like ${`%${words}%`} and pid <> pg_backend_pid()`.execute(scene.ctx.db);
  return rows.length > 0;
}
