import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { holdCommits } from '../support/hold-commits.ts';
import { type OwnServer, startOwnServer } from '../support/own-server.ts';
import { openScene, type Scene, until } from '../support/scene.ts';
import { countMailsTaken, expectWhole, listCallsTaken } from './crashing.ts';
import { approveAgain, letTimePass, listBatches, pauseWebhooks } from './sending.ts';

const readers = 90;
let server: OwnServer;
let scene: Scene;
beforeAll(async () => {
  server = await startOwnServer();
  scene = await openScene({ readers, database: server.database, env: { RESEND_TIMEOUT_MS: '8000' } });
  await pauseWebhooks(scene, true);
});
afterEach(() => scene.clearFaults());
afterAll(async () => {
  await scene?.end();
  await server?.end();
});

/** A worker whose one batch was taken, with the ids being saved: all is written, and nothing committed. */
async function holdSaving() {
  const number = await approveAgain(scene);
  await scene.fault({ match: { path: '/emails/batch' }, action: { kind: 'hold' } });
  const worker = await scene.run(['work']);
  await scene.send(number);
  await until('the provider has taken the batch', async () => (await countMailsTaken(scene, number)) === readers, 60);
  const held = await holdCommits(scene.ctx.db, 'calls');
  await scene.clearFaults();
  await held.untilHeld();
  return { number, worker, held };
}

it.each(['crash', 'fast'] as const)(
  '33. the server ends in the middle of saving the ids (%s): the same worker asks again under the same key and saves them',
  async (how) => {
    const { number, worker, held } = await holdSaving();
    await server.restart(how);
    await held.release().catch(() => {});
    expect(await scene.account(number)).toMatchObject({ state: 'sending', accepted: 0, waiting: readers });
    expect(await listBatches(scene, number)).toMatchObject([{ state: 'calling', attempt: 1 }]);
    await scene.ctx.db.updateTable('batches').set({ leaseUntil: new Date() }).where('state', '=', 'calling').execute();
    await until(
      'the issue is sent',
      async () => {
        await letTimePass(scene);
        return (await scene.account(number)).state === 'sent';
      },
      60,
    );
    await expectWhole(scene, number);
    const calls = await listCallsTaken(scene, number);
    expect(calls.length).toBeGreaterThan(1);
    expect(new Set(calls).size).toBe(1);
    expect(await worker.stop('SIGTERM')).toBe(0);
  },
);
