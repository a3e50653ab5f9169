import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type Scene, until } from '../support/scene.ts';
import { countMailsTaken, expectWhole, listCallsTaken, openCrashScene } from './crashing.ts';
import { type RaisedErrors, raiseErrors } from './raise-errors.ts';
import { approveAgain, letTimePass, listBatches } from './sending.ts';

const readers = 20;
/** What a claim and its putting off write. */
const claimed = ['calls', 'batches', 'deliveries'];
let scene: Scene;
let full: RaisedErrors[] = [];
beforeAll(async () => {
  scene = await openCrashScene(readers);
});
afterEach(() => makeRoom());
afterAll(() => scene.end());

/** Nothing more fits on the disk, as Postgres says so (SQLSTATE 53100), for these tables. */
async function fillDisk(tables: string[]): Promise<void> {
  for (const table of tables) full.push(await raiseErrors(scene.ctx.db, { table, state: '53100' }));
}

async function makeRoom(): Promise<void> {
  for (const raised of full.splice(0)) await raised.remove();
}

async function waitSent(number: number): Promise<void> {
  await until(
    'the issue is sent',
    async () => {
      await letTimePass(scene);
      return (await scene.account(number)).state === 'sent';
    },
    60,
  );
}

it('37. the disk is full before a batch is called: nobody is called, it is said, and it goes on when there is room', async () => {
  const number = await approveAgain(scene);
  await scene.send(number);
  await fillDisk(claimed);
  const worker = await scene.run(['work']);
  const isSaid = () => worker.output().split('Postgres has no room left on its disk').length > 2;
  await until('it is said twice', async () => isSaid(), 60);
  expect(await listCallsTaken(scene, number)).toEqual([]);
  expect(await listBatches(scene, number)).toMatchObject([{ state: 'waiting', attempt: 0 }]);
  await makeRoom();
  await waitSent(number);
  expect(await worker.stop('SIGTERM')).toBe(0);
  await expectWhole(scene, number);
  expect(await listCallsTaken(scene, number)).toHaveLength(1);
});

it('37. the disk is full when the ids come: the batch is not asked about before there is room, then under the same key', async () => {
  const number = await approveAgain(scene);
  await scene.send(number);
  await fillDisk(['provider_messages']);
  const worker = await scene.run(['work']);
  await until('the provider has taken it', async () => (await countMailsTaken(scene, number)) === readers, 60);
  await until('the ids were refused', async () => ((await full[0]?.count()) ?? 0) > 0);
  await fillDisk(claimed);
  const before = await listCallsTaken(scene, number);
  const isSaid = () => worker.output().includes('Postgres has no room left on its disk');
  await until('it was to be claimed again', async () => isSaid(), 60);
  expect(await listCallsTaken(scene, number)).toEqual(before);
  expect(await scene.account(number)).toMatchObject({ accepted: 0, waiting: readers });
  await makeRoom();
  await waitSent(number);
  expect(await worker.stop('SIGTERM')).toBe(0);
  await expectWhole(scene, number);
  const calls = await listCallsTaken(scene, number);
  expect(calls.length).toBeGreaterThan(1);
  expect(new Set(calls).size).toBe(1);
});
