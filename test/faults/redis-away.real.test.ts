import { spawnSync } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { newWebhookId } from '../../src/sandbox/webhook-payload.ts';
import type { Program } from '../support/program.ts';
import { countJobsKept } from '../support/queue-backend.ts';
import { findFreePort, startRedis } from '../support/redis-server.ts';
import { type Scene, until, untilSaid } from '../support/scene.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { postUnsubscribe } from './consent-steps.ts';
import { countMailsTaken, expectWhole, listCallsTaken, untilSent } from './crashing.ts';
import { type RedisScene, readReadiness, untilUp, withRedisScene } from './on-redis.ts';
import { listAlerts, listBatches, listDeliveries } from './sending.ts';
import { freezeInto } from './small-batches.ts';
import { findEvent, postSigned } from './webhook-steps.ts';

/** The pages in a process of their own; answers where they are. */
async function serve(scene: RedisScene): Promise<{ program: Program; webUrl: string }> {
  const port = await findFreePort();
  const program = await scene.run(['serve'], { PORT: String(port) });
  await untilUp(program);
  return { program, webUrl: `http://127.0.0.1:${port}` };
}

/** CPU seconds a process has used. */
function readCpuSeconds(pid: number): number {
  const { stdout } = spawnSync('ps', ['-o', 'time=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout
    .trim()
    .split(/[-:]/)
    .reduce((sum, part) => sum * 60 + Number(part), 0);
}

/** One that is only to be stored and seen to. */
const event = { type: 'domain.created', created_at: '2026-11-21T00:00:00Z', data: {} };

function countTroubles(program: Program): number {
  return program.output().split('queue trouble').length - 1;
}

describe.concurrent('while Redis is away', { timeout: 240_000 }, () => {
  it('21. at the start: pages, unsubscribes and webhooks work, readiness is degraded, the worker waits and recovers', async () => {
    await withRedisScene(async (scene) => {
      const number = await scene.approve();
      await scene.send(number);
      await scene.redis.stop();
      const { program: web, webUrl } = await serve(scene);
      const worker = await scene.run(['work']);
      await untilUp(worker);
      expect(await readReadiness(webUrl)).toEqual({
        status: 200,
        ok: false,
        state: 'degraded',
        database: 'ok',
        queue: 'down',
      });
      const pages: Scene = { ...scene, webUrl };
      const [delivery] = await listDeliveries(scene, number);
      if (delivery === undefined) throw new Error('there are deliveries');
      expect(await postUnsubscribe(pages, { id: delivery.subscriberId, deliveryId: delivery.id })).toBe(200);
      const id = newWebhookId();
      expect(await postSigned(pages, JSON.stringify(event), { id })).toBe(204);
      for (const program of [web, worker]) await untilSaid(program, 'does not answer');
      await until('the operator is told', async () => (await listAlerts(scene)).includes('queue-trouble'));
      expect(await countMailsTaken(scene, number)).toBe(0);
      await scene.redis.start();
      await untilSent(scene, number);
      await until('the event is seen to', async () => (await findEvent(scene, id))?.state === 'ignored');
      await until('all is well again', () => isReady(webUrl));
      for (const program of [web, worker]) expect(await program.stop('SIGTERM')).toBe(0);
      expect(await scene.account(number)).toMatchObject({
        accepted: 89,
        excluded: { unsubscribed: 1 },
        balanced: true,
      });
      expect(await listAlerts(scene)).toEqual(['queue-trouble']);
    });
  });

  it('22. in the middle of a send: the worker neither ends nor spins nor fills the log, and goes on', async () => {
    await withRedisScene(async (scene) => {
      const number = await scene.approve();
      await freezeInto(scene, number, 10);
      await scene.fault({ match: { path: '/emails/batch', times: 'always' }, action: { kind: 'delay', ms: 500 } });
      const worker = await scene.run(['work']);
      await untilUp(worker);
      await until('it is in the middle', async () => (await countMailsTaken(scene, number)) > 0, 60);
      await scene.redis.stop();
      await wait(1_000);
      const before = { cpu: readCpuSeconds(worker.pid), troubles: countTroubles(worker) };
      await wait(8_000);
      // A loop would take all it can get of a processor; waiting takes some hundredths.
      expect(readCpuSeconds(worker.pid) - before.cpu).toBeLessThanOrEqual(2);
      // Three queues and a few wordings, not one line a try.
      expect(countTroubles(worker) - before.troubles).toBeLessThan(10);
      expect((await scene.account(number)).waiting).toBeGreaterThan(0);
      await scene.redis.start();
      await untilSent(scene, number);
      await expectWhole(scene, number);
      expect(await worker.stop('SIGTERM')).toBe(0);
    });
  });

  it('22. a worker told to stop ends in order', async () => {
    await withRedisScene(async (scene) => {
      const worker = await scene.run(['work']);
      await untilUp(worker);
      await scene.redis.stop();
      expect(await worker.stop('SIGTERM')).toBe(0);
    });
  });

  it('27. because a replica takes over: writes it refuses at first are not lost, and every connection comes back', async () => {
    const primary = await startRedis();
    const wire = await startTcpProxy(primary.port);
    const asReplica = { settings: { replicaof: `127.0.0.1 ${primary.port}` } };
    const url = () => `redis://127.0.0.1:${wire.port}`;
    await withRedisScene(
      async (scene) => {
        const { redis: replica } = scene;
        await until('the replica follows', async () => (await replica.client.info()).includes('master_link_status:up'));
        const number = await scene.approve();
        await freezeInto(scene, number, 10);
        await scene.fault({ match: { path: '/emails/batch', times: 'always' }, action: { kind: 'delay', ms: 500 } });
        const worker = await scene.run(['work']);
        await untilUp(worker);
        await until('it is in the middle', async () => (await countMailsTaken(scene, number)) > 0, 60);
        await primary.stop('SIGKILL');
        wire.lead(replica.port);
        await until('it has met the replica', async () => worker.output().includes('READONLY'), 60);
        await replica.client.replicaof('NO', 'ONE');
        await untilSent(scene, number);
        await expectWhole(scene, number);
        expect(await worker.stop('SIGTERM')).toBe(0);
      },
      asReplica,
      { through: url },
    );
    await wire.end();
    await primary.end();
  });
});

/** A wire to Redis for one worker alone. */
async function withSlowWire(
  work: (scene: RedisScene, wire: Awaited<ReturnType<typeof startTcpProxy>>) => Promise<void>,
): Promise<void> {
  await withRedisScene(async (scene) => {
    const wire = await startTcpProxy(scene.redis.port);
    try {
      await work(scene, wire);
    } finally {
      await wire.end();
    }
  });
}

const throughWire = (port: number) => ({ REDIS_URL: `redis://127.0.0.1:${port}` });

describe.concurrent('a worker whose way to Redis', { timeout: 240_000 }, () => {
  it('28. takes five seconds sends what it gets; what another runs meanwhile is called once', async () => {
    await withSlowWire(async (scene, wire) => {
      const number = await scene.approve();
      await freezeInto(scene, number, 10);
      wire.delay(2_500);
      const slow = await scene.run(['work'], throughWire(wire.port));
      await untilUp(slow);
      await until('it sends', async () => (await countMailsTaken(scene, number)) > 0, 120);
      const other = await scene.run(['work']);
      await untilUp(other);
      await untilSent(scene, number);
      await expectWhole(scene, number);
      for (const worker of [other, slow]) expect(await worker.stop('SIGTERM')).toBe(0);
      expect(await listCallsTaken(scene, number)).toHaveLength(9);
    });
  });

  it('28. is split in mid-call loses its lock: another runs the job and calls nobody, the answer in hand is saved', async () => {
    await withSlowWire(async (scene, wire) => {
      const number = await scene.approve();
      await scene.send(number);
      await scene.fault({ match: { path: '/emails/batch' }, action: { kind: 'hold-before' } });
      const calling = await scene.run(['work'], { ...throughWire(wire.port), RESEND_TIMEOUT_MS: '60000' });
      await untilUp(calling);
      await until('it has called', async () => (await listCallsTaken(scene, number)).length === 1);
      wire.split();
      const other = await scene.run(['work']);
      await untilUp(other);
      const isGivenUp = async () => (await countJobsKept(scene, 'submit')) === 0;
      await until('another has run the job to its end', isGivenUp, 60);
      expect(await listBatches(scene, number)).toMatchObject([{ state: 'calling', attempt: 1 }]);
      await scene.clearFaults();
      await untilSent(scene, number);
      wire.restore();
      for (const worker of [calling, other]) expect(await worker.stop('SIGTERM')).toBe(0);
      expect(await listCallsTaken(scene, number)).toHaveLength(1);
      await expectWhole(scene, number);
    });
  });
});

async function isReady(webUrl: string): Promise<boolean> {
  const { state } = (await readReadiness(webUrl)) as { state: string };
  return state === 'ready';
}
