import { connectRedis, type RedisSettings } from './connect-redis.ts';
import { explainRedisSilence, type RedisRefusal } from './explain-redis-error.ts';
import { readRedisFacts } from './read-redis-facts.ts';
import { usualRedisPrefix } from './read-settings.ts';
import type { RedisFacts } from './redis-facts.ts';

const answerLimitMs = 3_000;

/** What a server says of itself over a connection of its own, or why it cannot be used. Takes some seconds at most. */
export async function inspectRedis(
  url: string,
  { ca = null, prefix = usualRedisPrefix }: Partial<Omit<RedisSettings, 'url'>> = {},
): Promise<RedisFacts | RedisRefusal> {
  const client = connectRedis(
    { url, ca, prefix },
    {
      lazyConnect: true,
      retryStrategy: () => null,
      maxRetriesPerRequest: 0,
      connectTimeout: answerLimitMs,
      commandTimeout: answerLimitMs,
    },
  );
  // What goes wrong with a connection is told by this event; the promise only says that it is closed.
  let trouble: Error | undefined;
  client.on('error', (error) => (trouble ??= error));
  try {
    await client.connect();
    const facts = trouble === undefined ? await readRedisFacts(client, prefix) : undefined;
    return facts ?? (await explainRedisSilence(url, trouble));
  } catch (error) {
    return await explainRedisSilence(url, trouble ?? error);
  } finally {
    client.disconnect();
  }
}
