import { parseArgs } from 'node:util';

export interface SoakOptions {
  subscribers: number;
  minutes: number;
  seed: number;
  workers: number;
  /** Where BullMQ's jobs are; Postgres when null. */
  redisUrl: string | null;
}

const usage = 'npm run soak -- [--subscribers N] [--minutes M] [--seed S] [--workers N] [--redis-url URL]';

/** Reads the command line; throws with the usage. */
export function readOptions(args: readonly string[]): SoakOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      subscribers: { type: 'string', default: '2000' },
      minutes: { type: 'string', default: '5' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * 1_000_000)) },
      workers: { type: 'string', default: '2' },
      'redis-url': { type: 'string' },
    },
  });
  return {
    subscribers: readCount(values.subscribers, 1_000_000),
    minutes: readCount(values.minutes, 10_000),
    seed: readCount(values.seed, 999_999_999),
    workers: readCount(values.workers, 16),
    redisUrl: values['redis-url'] ?? null,
  };
}

function readCount(text: string, limit: number): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count > limit) throw new Error(`${text} is not a whole number up to ${limit}. ${usage}`);
  return count;
}
