import { describe, expect, it } from 'vitest';
import { createLog } from '../../src/platform/log.ts';
import { openQueues } from '../../src/platform/queue.ts';
import { startRedis } from '../support/redis-server.ts';
import { until } from '../support/scene.ts';
import { countMailsTaken, expectWhole, untilSent } from './crashing.ts';
import { readReadiness, untilUp, withRedisScene } from './on-redis.ts';
import { listAlerts } from './sending.ts';

const isTold = (scene: Parameters<typeof listAlerts>[0]) => async () =>
  (await listAlerts(scene)).includes('queue-trouble');

describe.concurrent('the memory of Redis', { timeout: 180_000 }, () => {
  it('25. is full: rings fail loudly, the operator is told, nothing is lost, and the issue goes out when there is room', async () => {
    await withRedisScene(async (scene) => {
      const worker = await scene.run(['work']);
      await untilUp(worker);
      await scene.redis.client.config('SET', 'maxmemory', '1');
      const number = await scene.approve();
      await scene.send(number);
      await until('the operator is told', isTold(scene));
      await until('the log says it', async () => worker.output().includes('OOM command not allowed'));
      expect(await readReadiness(scene.webUrl)).toMatchObject({ status: 200, state: 'degraded', queue: 'memory-full' });
      expect(await scene.account(number)).toMatchObject({ state: 'sending', accepted: 0, waiting: 90, balanced: true });
      expect(await countMailsTaken(scene, number)).toBe(0);
      await scene.redis.client.config('SET', 'maxmemory', '0');
      await untilSent(scene, number);
      await expectWhole(scene, number);
      expect(await readReadiness(scene.webUrl)).toMatchObject({ state: 'ready' });
      expect(await worker.stop('SIGTERM')).toBe(0);
    });
  });

  it('26. is made by throwing keys away: the log says so at the start, readiness is degraded, the operator is told', async () => {
    const settings = { maxmemory: '100mb', 'maxmemory-policy': 'allkeys-lru' };
    await withRedisScene(
      async (scene) => {
        const worker = await scene.run(['work']);
        await untilUp(worker);
        await until('the log says it', async () => /"level":50.*maxmemory-policy to noeviction/.test(worker.output()));
        expect(await readReadiness(scene.webUrl)).toMatchObject({ status: 200, state: 'degraded', queue: 'evicts' });
        await until('the operator is told', isTold(scene));
        const number = await scene.approve();
        await scene.send(number);
        await untilSent(scene, number);
        await expectWhole(scene, number);
        await scene.redis.client.config('SET', 'maxmemory-policy', 'noeviction');
        expect(await readReadiness(scene.webUrl)).toMatchObject({ state: 'ready' });
        expect(await worker.stop('SIGTERM')).toBe(0);
      },
      { settings },
    );
  });

  it('31. does not grow with the jobs that have run: twenty thousand leave no record, whether they end well or fail', async () => {
    const redis = await startRedis();
    const queues = openQueues({ redisUrl: redis.url, databaseUrl: '' }, createLog('silent'));
    try {
      const jobsCount = 20_000;
      let ran = 0;
      const run = async () => {
        ran += 1;
        if (ran % 2 === 0) throw new Error('every other one fails');
      };
      queues.work('many', run, { concurrency: 50 });
      for (let start = 0; start < jobsCount; start += 1_000) {
        const bells = Array.from({ length: 1_000 }, (_, n) => ({ name: 'x', id: `x-${start + n}`, payload: { n } }));
        await queues.ring('many', bells);
        await until(`${start + 1_000} have run`, async () => ran === start + 1_000, 60);
      }
      await until('the last is put away', async () => (await redis.client.llen('weekly-verdicts:many:active')) === 0);
      const keys = await redis.client.keys('*');
      expect(keys.filter((key) => /:x-\d+/.test(key))).toEqual([]);
      expect(keys.length).toBeLessThan(10);
      // What is written of each job for listeners, whom we have none of.
      expect(await redis.client.xlen('weekly-verdicts:many:events')).toBeLessThan(1_000);
    } finally {
      await queues.close(1_000);
      await redis.end();
    }
  });
});
