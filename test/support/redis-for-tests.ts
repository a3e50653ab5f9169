import type { TestProject } from 'vitest/node';
import { endServersLeftBehind, hasRedisServer, startRedis } from './redis-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the queues of this project's tests are; nothing where they are in Postgres. */
    redisUrl?: string;
  }
}

/** One Redis for all tests of a run that say nothing of Redis: each scene has a prefix of its own there. */
export default async function startRedisForTests(project: TestProject): Promise<() => Promise<void>> {
  if (!hasRedisServer()) throw new Error('redis-server is missing; `apt-get install redis-server` brings it.');
  await endServersLeftBehind();
  const server = await startRedis();
  project.provide('redisUrl', server.url);
  return () => server.end();
}
