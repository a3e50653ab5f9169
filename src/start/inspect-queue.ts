import type { Config } from '../config.ts';
import { inspectRedis } from '../platform/redis/inspect-redis.ts';
import { findRedisTrouble } from '../platform/redis/redis-facts.ts';
import { isRefusal, type Refusal } from '../platform/refusal.ts';
import { Failure } from './failure.ts';

/**
 * What is wrong with the queue of a process about to start. A Redis that is down or badly set does not stop it: everything goes on
 * by itself when that is mended. A Redis that will never answer as configured stops whoever works the queues (throws Failure);
 * pages need no queue and are served all the same.
 */
export async function inspectQueue(config: Config, isWorking: boolean): Promise<Refusal | undefined> {
  const { redisUrl, redisCa: ca, redisPrefix: prefix } = config;
  if (redisUrl === null) return undefined;
  const found = await inspectRedis(redisUrl, { ca, prefix });
  const trouble = isRefusal(found) ? found : findRedisTrouble(found);
  if (trouble === undefined || !isWorking || !isFaultOfConfiguration(trouble.refused)) return trouble;
  throw new Failure(trouble.sentence);
}

type Reason = Exclude<Awaited<ReturnType<typeof inspectRedis>>, { kind: string }>['refused'];

function isFaultOfConfiguration(reason: Reason | NonNullable<ReturnType<typeof findRedisTrouble>>['refused']): boolean {
  switch (reason) {
    case 'unknown-host':
    case 'wrong-password':
    case 'not-allowed':
    case 'no-such-database':
    case 'untrusted-certificate':
    case 'no-tls':
    case 'tls-wanted':
    case 'too-old':
      return true;
    case 'down':
    case 'read-only':
    case 'memory-full':
    case 'no-writes':
    case 'evicts':
      return false;
  }
}
