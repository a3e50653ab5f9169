import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Refusal } from '../refusal.ts';
import { connectRedis, type RedisSettings } from '../redis/connect-redis.ts';
import { explainRedisError } from '../redis/explain-redis-error.ts';
import { readRedisFacts } from '../redis/read-redis-facts.ts';
import { findRedisTrouble } from '../redis/redis-facts.ts';
import { withTimeout } from '../with-timeout.ts';
import { type Backend, working } from './backend.ts';
import { TolerantWorker } from './tolerant-worker.ts';

/** A first connection is waited for this long; later, who finds none does not wait. */
const firstConnectionMs = 3_000;
const answerLimitMs = 3_000;
/** Far above any honest latency: an answer that comes after it is lost, and with it a job that was kept all the same. */
const commandLimitMs = 15_000;
/** A command that gets no answer by then is given up, and the connection with it: the network may swallow what we send. */
const silenceLimitMs = 20_000;
/** Nobody reads the stream of events that BullMQ writes for each job; it keeps about so many. */
const eventsKept = 100;
/** BullMQ's own check of the version also prints warnings past our log; `inspectRedis` looks at more. */
const ours = { skipVersionCheck: true };

interface Line {
  client: Redis;
  /** What went wrong last; undefined while connected. */
  trouble: Error | undefined;
  /** Settles when the first try to connect has ended, well or not. */
  tried: Promise<void>;
}

/** Jobs under the prefix on a Redis server. It may be away: everything comes back by itself when it does. */
export function createBackendOnRedis(settings: RedisSettings): Backend {
  const { prefix } = settings;
  let producer: Line | undefined;
  let consumer: Line | undefined;
  const produce = () => {
    producer ??= openLine(settings, {
      enableOfflineQueue: false,
      maxRetriesPerRequest: 1,
      commandTimeout: commandLimitMs,
    });
    return producer;
  };
  const consume = () => {
    consumer ??= openLine(settings, { maxRetriesPerRequest: null });
    return consumer;
  };
  const streams = { events: { maxLen: eventsKept } };
  return {
    queue: (name) => new Queue(name, { connection: produce().client, prefix, streams, ...ours }),
    worker: (name, run, concurrency) =>
      new TolerantWorker(name, run, { connection: consume().client, prefix, concurrency, ...working, ...ours }),
    isSpoiledByFailure: false,
    refuseWhileAway: () => refuseWhileAway(produce()),
    findTrouble: () => findTrouble(produce(), settings),
    async end() {
      producer?.client.disconnect();
      consumer?.client.disconnect();
    },
  };
}

function openLine(settings: RedisSettings, options: Parameters<typeof connectRedis>[1]): Line {
  const client = connectRedis(settings, { socketTimeout: silenceLimitMs, ...options });
  const tried = new Promise<void>((resolve) => {
    for (const event of ['ready', 'close']) client.once(event, () => resolve());
    setTimeout(resolve, firstConnectionMs).unref();
  });
  const line: Line = { client, trouble: undefined, tried };
  client.on('error', (error) => (line.trouble = error));
  client.on('ready', () => {
    // A connection to a database that is not there becomes ready all the same, in database 0.
    if (line.trouble === undefined || explainRedisError(settings.url, line.trouble).refused !== 'no-such-database')
      line.trouble = undefined;
  });
  return line;
}

async function refuseWhileAway(line: Line): Promise<void> {
  await line.tried;
  if (line.client.status !== 'ready' || line.trouble !== undefined)
    throw line.trouble ?? new Error('Redis is not connected');
}

async function findTrouble(line: Line, { url, prefix }: RedisSettings): Promise<Refusal | undefined> {
  try {
    await refuseWhileAway(line);
    return findRedisTrouble(await withTimeout(readRedisFacts(line.client, prefix), answerLimitMs));
  } catch (error) {
    return explainRedisError(url, error);
  }
}
