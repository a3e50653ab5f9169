import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Db } from '../../src/database.ts';
import { submitBatch } from '../../src/deliveries/submit-batch.ts';
import { openDb, usualLimits } from '../../src/platform/db.ts';
import { createUnsubscribeToken } from '../../src/subscribers/unsubscribe-token.ts';
import { openScene, type Scene, until } from '../support/scene.ts';
import { listReaders, postUnsubscribe, type Reader, sendNext } from './consent-steps.ts';
import { listCallsTaken } from './crashing.ts';
import { approveAgain, expectWell, letTimePass, listBatches, patient, pauseWebhooks } from './sending.ts';

const readers = 6;
let scene: Scene;
let other: Db;
beforeAll(async () => {
  scene = await openScene({ readers, env: patient });
  await pauseWebhooks(scene, true);
  other = openDb(scene.env.DATABASE_URL ?? '', { max: 2, limits: 'none' });
});
afterAll(async () => {
  await other?.destroy();
  await scene?.end();
});

/** Somebody's maintenance holds the whole table until released. */
async function lockSubscribers(): Promise<{ release(): Promise<void> }> {
  let letGo: () => void = () => {};
  const gate = new Promise<void>((resolve) => (letGo = resolve));
  let tellLocked: () => void = () => {};
  const isLocked = new Promise<void>((resolve) => (tellLocked = resolve));
  const holding = other.transaction().execute(async (tx) => {
    await sql`lock table subscribers in access exclusive mode`.execute(tx);
    tellLocked();
    await gate;
  });
  await isLocked;
  return {
    async release() {
      letGo();
      await holding;
    },
  };
}

async function post(reader: Reader): Promise<Response> {
  const right = { subscriberId: reader.id, deliveryId: reader.deliveryId };
  const token = createUnsubscribeToken(scene.ctx.keys, right);
  return fetch(`${scene.webUrl}/unsubscribe/${token}`, { method: 'POST', body: 'List-Unsubscribe=One-Click' });
}

it('41. subscribers are locked for long: an unsubscribe is told to come again, sending waits, and both go on afterwards', async () => {
  await sendNext(scene);
  const [reader] = await listReaders(scene);
  if (reader === undefined) throw new Error('nobody has had an issue');
  const number = await approveAgain(scene);
  await scene.send(number);
  const [batch] = await listBatches(scene, number);
  const lock = await lockSubscribers();
  try {
    const [answer, submitted] = await Promise.allSettled([post(reader), submitBatch(scene.ctx, batch?.id ?? '')]);
    if (answer.status === 'rejected') throw answer.reason;
    expect(answer.value.status).toBe(503);
    expect(Number(answer.value.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(submitted).toMatchObject({ status: 'rejected', reason: { cause: { code: '55P03' } } });
    expect(await listCallsTaken(scene, number)).toEqual([]);
  } finally {
    await lock.release();
  }
  expect(await postUnsubscribe(scene, reader)).toBe(200);
  const worker = await scene.work();
  await until('the issue is sent', async () => {
    await letTimePass(scene);
    return (await scene.account(number)).state === 'sent';
  });
  await worker.stop(5_000);
  await expectWell(scene, number, { accepted: readers - 1, excluded: { unsubscribed: 1 } });
});

it('41. no statement of the product waits for ever for a lock or a result', async () => {
  const { rows } = await sql<{ name: string; setting: string }>`
    select name, setting from pg_settings where name = any(${Object.keys(usualLimits)}) order by name`.execute(
    scene.ctx.db,
  );
  const expected = Object.entries(usualLimits).map(([name, ms]) => ({ name, setting: String(ms) }));
  expect(rows).toEqual(expected.toSorted((a, b) => (a.name < b.name ? -1 : 1)));
});
