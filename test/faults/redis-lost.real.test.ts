import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { countJobsKept } from '../support/queue-backend.ts';
import { until, untilSaid } from '../support/scene.ts';
import { countMailsTaken, expectWhole, listCallsTaken, untilSent } from './crashing.ts';
import { ringBatches, type RedisScene, untilUp, withRedisScene } from './on-redis.ts';
import { freezeInto } from './small-batches.ts';

const batchesCount = 9;

/** An approved issue frozen into nine batches of ten, none of them rung. */
async function freezeNine(scene: RedisScene): Promise<number> {
  const number = await scene.approve();
  await freezeInto(scene, number, 10);
  return number;
}

const countJobs = (scene: RedisScene) => countJobsKept(scene, 'submit');

async function expectCalledOnce(scene: RedisScene, number: number): Promise<void> {
  await expectWhole(scene, number);
  expect(await listCallsTaken(scene, number)).toHaveLength(batchesCount);
}

/** The repeating job of the tick, as Redis has it. */
async function isTickScheduled({ redis, env }: RedisScene): Promise<boolean> {
  return (await redis.client.zcard(`${env.REDIS_PREFIX}:tick:repeat`)) === 1;
}

describe.concurrent('Redis that has lost', { timeout: 180_000 }, () => {
  it('19. everything in the middle of a send: the sweep rings again, each batch is called once, the tick is put back', async () => {
    await withRedisScene(async (scene) => {
      const number = await freezeNine(scene);
      await scene.fault({ match: { path: '/emails/batch', times: 'always' }, action: { kind: 'delay', ms: 1_000 } });
      const worker = await scene.run(['work']);
      await untilUp(worker);
      await until('it is in the middle', async () => (await countMailsTaken(scene, number)) > 0, 60);
      await until('the tick is scheduled', () => isTickScheduled(scene));
      expect((await scene.account(number)).waiting).toBeGreaterThan(0);
      await scene.redis.client.flushall();
      await untilSent(scene, number);
      await expectCalledOnce(scene, number);
      await until('the tick is scheduled again', () => isTickScheduled(scene), 60);
      // What ran meanwhile finds its job gone when it ends.
      await untilSaid(worker, 'Missing key for job');
      expect(await worker.stop('SIGTERM')).toBe(0);
    });
  });

  it('20. everything between two issues: the next one goes out when its time comes', async () => {
    await withRedisScene(async (scene) => {
      const worker = await scene.run(['work']);
      await untilUp(worker);
      await until('the tick is scheduled', () => isTickScheduled(scene));
      await scene.redis.client.flushall();
      const number = await scene.approve();
      await scene.ctx.db.updateTable('issues').set({ sendAt: new Date() }).where('number', '=', number).execute();
      await scene.ctx.db.deleteFrom('settings').where('key', '=', 'tick').execute();
      await untilSent(scene, number);
      await expectWhole(scene, number);
      expect(await worker.stop('SIGTERM')).toBe(0);
    });
  });

  it('23. its last second in a crash, with what it had written before: the sweep fills the gaps', async () => {
    const settings = { appendonly: 'yes', appendfsync: 'everysec' };
    await withRedisScene(
      async (scene) => {
        const { redis } = scene;
        const number = await freezeNine(scene);
        await ringBatches(scene, number, { from: 0, to: 3 });
        const log = join(redis.folder, 'appendonlydir');
        await cp(log, `${log}-before`, { recursive: true });
        await ringBatches(scene, number, { from: 3, to: batchesCount });
        expect(await countJobs(scene)).toBe(batchesCount);
        await redis.stop('SIGKILL');
        await rm(log, { recursive: true });
        await cp(`${log}-before`, log, { recursive: true });
        await redis.start();
        expect(await countJobs(scene)).toBe(3);
        const worker = await scene.run(['work']);
        await untilUp(worker);
        await untilSent(scene, number);
        await expectCalledOnce(scene, number);
        expect(await worker.stop('SIGTERM')).toBe(0);
      },
      { settings },
    );
  });

  it('24. a week, restored from an old picture: the jobs of accepted batches run again and call nobody', async () => {
    await withRedisScene(async (scene) => {
      const { redis } = scene;
      const number = await freezeNine(scene);
      await ringBatches(scene, number, { from: 0, to: batchesCount });
      await redis.client.save();
      const picture = join(redis.folder, 'dump.rdb');
      await cp(picture, `${picture}-before`);
      const worker = await scene.run(['work']);
      await untilUp(worker);
      await untilSent(scene, number);
      expect(await worker.stop('SIGTERM')).toBe(0);
      await redis.stop('SIGKILL');
      await cp(`${picture}-before`, picture);
      await redis.start();
      expect(await countJobs(scene)).toBe(batchesCount);
      const later = await scene.run(['work']);
      await untilUp(later);
      await until('the old jobs have run', async () => (await countJobs(scene)) === 0, 60);
      expect(await later.stop('SIGTERM')).toBe(0);
      await expectCalledOnce(scene, number);
    });
  });
});
