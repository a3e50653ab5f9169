import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { sql } from 'kysely';
import { inject } from 'vitest';
import type { QueueConnection } from '../../src/platform/queue.ts';
import type { Scene } from './scene.ts';

/** The variables that put a scene's queues where this project's tests have theirs; in Redis under a prefix of its own. */
export function queueVariables(): Record<string, string> {
  const redisUrl = inject('redisUrl');
  return redisUrl === undefined ? {} : { REDIS_URL: redisUrl, REDIS_PREFIX: newPrefix() };
}

/** The same for queues opened without a configuration. */
export function queueConnection(databaseUrl: string): QueueConnection {
  const redisUrl = inject('redisUrl');
  return redisUrl === undefined ? { redisUrl: null, databaseUrl } : { redisUrl, redisPrefix: newPrefix(), databaseUrl };
}

/** A connection to a server that is not there, of the kind this project's tests have. */
export function connectionToNobody(): QueueConnection {
  const databaseUrl = 'postgres://nobody@127.0.0.1:1/nothing';
  return { redisUrl: inject('redisUrl') === undefined ? null : 'redis://127.0.0.1:1', databaseUrl };
}

/** How many jobs of a queue wait or run, as its backend has them. */
export async function countJobsKept({ env, ctx }: Pick<Scene, 'env' | 'ctx'>, queue: string): Promise<number> {
  const { REDIS_URL, REDIS_PREFIX } = env;
  if (REDIS_URL === undefined) {
    const found = await sql<{ count: number }>`
      select count(*)::integer as count from bullmq.job where queue = ${queue}`.execute(ctx.db);
    return found.rows[0]?.count ?? 0;
  }
  const client = new Redis(REDIS_URL);
  const lists = ['wait', 'active'].map((list) => client.llen(`${REDIS_PREFIX}:${queue}:${list}`));
  const counts = await Promise.all(lists).finally(() => client.disconnect());
  return counts.reduce((sum, count) => sum + count, 0);
}

function newPrefix(): string {
  return `t-${randomBytes(6).toString('hex')}`;
}
