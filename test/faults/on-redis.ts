import type { Program } from '../support/program.ts';
import { openScene, type Scene, type SceneOptions, until } from '../support/scene.ts';
import { type RedisServer, type RedisServerOptions, startRedis } from '../support/redis-server.ts';
import { listBatches, pauseWebhooks } from './sending.ts';

/** A scene whose queues are on a Redis of its own, which may be treated badly. */
export interface RedisScene extends Scene {
  redis: RedisServer;
}

/** Opens it; `through` names the URL that processes get, the server's own unless told. */
export async function openRedisScene(
  server: RedisServerOptions = {},
  { through, ...options }: SceneOptions & { through?: (redis: RedisServer) => string } = {},
): Promise<RedisScene> {
  const redis = await startRedis(server);
  const REDIS_URL = through?.(redis) ?? redis.url;
  const scene = await openScene({
    readers: 90,
    ...options,
    env: { RESEND_TIMEOUT_MS: '20000', REDIS_URL, ...options.env },
  });
  // What only asking again shall find out is not proved by an event.
  await pauseWebhooks(scene, true);
  const end = async () => {
    await scene.end();
    await redis.end();
  };
  return { ...scene, redis, end };
}

/** Does the work in a scene of its own. */
export async function withRedisScene(
  work: (scene: RedisScene) => Promise<void>,
  ...options: Parameters<typeof openRedisScene>
): Promise<void> {
  const scene = await openRedisScene(...options);
  try {
    await work(scene);
  } finally {
    await scene.end();
  }
}

/** Rings for batches of an issue as the sweep would. */
export async function ringBatches(scene: Scene, number: number, which: { from: number; to: number }): Promise<void> {
  const batches = (await listBatches(scene, number)).slice(which.from, which.to);
  await scene.ctx.queue.ring(
    'submit-batch',
    batches.map(({ id, attempt }) => ({ batchId: id, attempt })),
  );
}

/** Until a process says that it works or serves. */
export async function untilUp(program: Program): Promise<void> {
  await until('the process is up', async () => /Working the queues|Serving http/.test(program.output()), 60);
}

/** What `/readyz` answers. */
export async function readReadiness(webUrl: string): Promise<unknown> {
  const answer = await fetch(`${webUrl}/readyz`);
  return { status: answer.status, ...((await answer.json()) as object) };
}
