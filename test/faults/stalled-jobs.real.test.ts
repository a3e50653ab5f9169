import { describe, expect, it } from 'vitest';
import { type Scene, until } from '../support/scene.ts';
import { countJobs, crash, expectWhole, listCallsTaken, openCrashScene, untilSent, workToEnd } from './crashing.ts';
import { listBatches } from './sending.ts';

/** The queue takes a quarter of a minute to give a dead worker's job to another. */
const stallsMs = 240_000;

async function withFrozenIssue(work: (scene: Scene, number: number) => Promise<void>): Promise<void> {
  const scene = await openCrashScene();
  try {
    const number = await scene.approve();
    await scene.send(number);
    await work(scene, number);
  } finally {
    await scene.end();
  }
}

describe.concurrent('the job of a dead worker', { timeout: stallsMs }, () => {
  it('7. runs again on another and calls nobody, because its batch is accepted', async () => {
    await withFrozenIssue(async (scene, number) => {
      await crash(scene, ['work'], 'after-settle:kill');
      expect(await countJobs(scene)).toBe(1);
      const service = await scene.work();
      await untilSent(scene, number);
      await until('the dead worker’s job has run again', async () => (await countJobs(scene)) === 0, 60);
      await service.stop(5_000);
      expect(await listCallsTaken(scene, number)).toHaveLength(1);
      await expectWhole(scene, number);
    });
  });

  it('9. whose workers die three times in the claim is given up by the queue: the sweep rings again', async () => {
    await withFrozenIssue(async (scene, number) => {
      for (let kill = 1; kill <= 3; kill += 1) await crash(scene, ['work'], 'before-claim-commit:kill');
      expect(await listBatches(scene, number)).toMatchObject([{ state: 'waiting', attempt: 0 }]);
      expect(await listCallsTaken(scene, number)).toEqual([]);
      await workToEnd(scene, number);
      expect(await listCallsTaken(scene, number)).toHaveLength(1);
    });
  });
});
