import { expect, it } from 'vitest';
import { crash, listCallsTaken, openCrashScene, workToEnd } from './crashing.ts';
import { listBatches } from './sending.ts';

/** The queue gives a dead worker's job to another after a quarter of a minute, and gives it up the second time. */
const threeStallsMs = 180_000;

it(
  '9. killed three times in the middle of the claim, until the queue gives the job up: the sweep rings again',
  async () => {
    const scene = await openCrashScene();
    try {
      const number = await scene.approve();
      await scene.send(number);
      for (let kill = 1; kill <= 3; kill += 1) await crash(scene, ['work'], 'before-claim-commit:kill');
      expect(await listBatches(scene, number)).toMatchObject([{ state: 'waiting', attempt: 0 }]);
      expect(await listCallsTaken(scene, number)).toEqual([]);
      await workToEnd(scene, number);
      expect(await listCallsTaken(scene, number)).toHaveLength(1);
    } finally {
      await scene.end();
    }
  },
  threeStallsMs,
);
