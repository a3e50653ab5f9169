import type { Log } from './log.ts';
import { type AnyQueue, type Backend, once, type Run } from './queue/backend.ts';
import { closeWorkers } from './queue/close-workers.ts';
import { createComplaint } from './queue/complaint.ts';
import { keepQueues } from './queue/kept-queues.ts';
import { keepWorkers } from './queue/kept-workers.ts';
import { createBackendOnPostgres } from './queue/postgres-backend.ts';
import { createBackendOnRedis } from './queue/redis-backend.ts';
import { type Bell, createRing } from './queue/ring.ts';
import type { Refusal } from './refusal.ts';
import { withTimeout } from './with-timeout.ts';
import { usualRedisPrefix } from './redis/read-settings.ts';

/** Where the jobs live: Redis when its URL is given, else schema `bullmq` of the database. */
export interface QueueConnection {
  redisUrl: string | null;
  /** Certificates (PEM) of whoever vouches for the Redis server; those this machine trusts unless given. */
  redisCa?: string | null;
  /** Stands before every key in Redis. */
  redisPrefix?: string;
  databaseUrl: string;
}

/** The queues of one process. Jobs are doorbells: `ring` never throws, what it could not ring the sweep rings again. */
export interface Queues {
  ring(queue: string, bells: readonly Bell[]): Promise<void>;
  /** Starts working a queue. A job that throws is logged and gone. */
  work(queue: string, run: (name: string, payload: unknown) => Promise<void>, options: { concurrency: number }): void;
  /** Puts the repeating job back if it is missing or late; true when it had to. */
  keepRepeating(queue: string, name: string, everyMs: number): Promise<boolean>;
  /** Why jobs cannot be relied upon to be kept and worked; undefined when they can. Takes some seconds at most. */
  findTrouble(): Promise<Refusal | undefined>;
  /** Takes no new jobs, waits for running ones up to the grace or until told to hurry, then closes connections. */
  close(graceMs: number, hurry?: AbortSignal): Promise<void>;
}

/** As for a ring: an answer does not come while Redis is down. */
const answerTimeoutMs = 5_000;

/** Opens the queues; connections are made when first used. */
export function openQueues(connection: QueueConnection, log: Log): Queues {
  const backend = openBackend(connection);
  const complain = createComplaint(log);
  const queues = keepQueues(backend, complain);
  const ring = createRing(backend, queues, complain);
  const workers = keepWorkers(backend);
  const running = new Set<Promise<void>>();
  let isClosing = false;
  return {
    async ring(queue, bells) {
      // A closed queue would never answer; whatever is due is rung by the next process.
      if (!isClosing) await ring(queue, bells);
    },
    work(queue, run, { concurrency }) {
      const runJob: Run = ({ name, data: payload }) => {
        const ending = run(name, payload).finally(() => running.delete(ending));
        running.add(ending);
        return ending;
      };
      workers.begin(() => {
        const worker = backend.worker(queue, runJob, concurrency);
        worker.on('error', complain(queue));
        worker.on('failed', (_job, error) => complain(queue)(error));
        return worker;
      });
    },
    async keepRepeating(queue, name, everyMs) {
      await backend.refuseWhileAway();
      return keepRepeating(queues.get(queue), name, everyMs).catch((error: unknown) => {
        queues.renewIfSpoiled(queue);
        throw error;
      });
    },
    findTrouble: () => backend.findTrouble(),
    async close(graceMs, hurry) {
      // The grace is given once: what outlived it is not waited for again.
      if (isClosing) return;
      isClosing = true;
      await closeWorkers(workers.end(), running, { graceMs, hurry });
      await queues.close();
      await backend.end();
    },
  };
}

function openBackend({ redisUrl, redisCa, redisPrefix, databaseUrl }: QueueConnection): Backend {
  if (redisUrl === null) return createBackendOnPostgres(databaseUrl);
  return createBackendOnRedis({ url: redisUrl, ca: redisCa ?? null, prefix: redisPrefix ?? usualRedisPrefix });
}

async function keepRepeating(queue: AnyQueue, name: string, everyMs: number): Promise<boolean> {
  const scheduler = await withTimeout(queue.getJobScheduler(name), answerTimeoutMs);
  const isLate = scheduler?.next === undefined || scheduler.next < Date.now() - everyMs;
  if (scheduler?.every === everyMs && !isLate) return false;
  const job = { name, data: {}, opts: once };
  await withTimeout(queue.upsertJobScheduler(name, { every: everyMs }, job), answerTimeoutMs);
  return true;
}
