import { failpoint } from './failpoint.ts';
import type { Log } from './log.ts';
import { type AnyQueue, type AnyWorker, type Backend, type JobOf, once, type Run } from './queue/backend.ts';
import { closeWorkers } from './queue/close-workers.ts';
import { createComplaint } from './queue/complaint.ts';
import { keepQueues } from './queue/kept-queues.ts';
import { createBackendOnPostgres } from './queue/postgres-backend.ts';
import { createBackendOnRedis } from './queue/redis-backend.ts';
import type { Refusal } from './refusal.ts';
import { TimedOut, withTimeout } from './with-timeout.ts';

/** Where the jobs live: Redis when its URL is given, else schema `bullmq` of the database. */
export interface QueueConnection {
  redisUrl: string | null;
  /** Certificates (PEM) of whoever vouches for the Redis server; those this machine trusts unless given. */
  redisCa?: string | null;
  /** Stands before every key in Redis. */
  redisPrefix?: string;
  databaseUrl: string;
}

export interface Bell {
  name: string;
  id: string;
  payload: object;
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

/** `add` never settles while Redis is down (measured), so a ring gives up after this long. */
const ringTimeoutMs = 5_000;
/** Who has waited in vain spares the next ones the wait: a page that rings must not hang on a queue that does not answer. */
const restAfterTimeoutMs = 5_000;
const bellsPerAdd = 100;
const usualRedisPrefix = 'weekly-verdicts';

/** Opens the queues; connections are made when first used. */
export function openQueues(connection: QueueConnection, log: Log): Queues {
  const backend = openBackend(connection);
  const complain = createComplaint(log);
  const queues = keepQueues(backend, complain);
  const workers: AnyWorker[] = [];
  const running = new Set<Promise<void>>();
  let isClosing = false;
  let restsUntil = -Infinity;
  return {
    async ring(queue, bells) {
      // A closed queue would never answer; whatever is due is rung by the next process.
      if (isClosing || performance.now() < restsUntil) return;
      const added = backend.refuseWhileAway().then(() => addJobs(queues.get(queue), bells));
      await withTimeout(added, ringTimeoutMs).catch((error: Error) => {
        if (error instanceof TimedOut) restsUntil = performance.now() + restAfterTimeoutMs;
        else queues.renewIfSpoiled(queue);
        complain(queue)(error);
      });
    },
    work(queue, run, { concurrency }) {
      const runJob: Run = ({ name, data: payload }) => {
        const ending = run(name, payload).finally(() => running.delete(ending));
        running.add(ending);
        return ending;
      };
      const worker = backend.worker(queue, runJob, concurrency);
      worker.on('error', complain(queue));
      worker.on('failed', (_job, error) => complain(queue)(error));
      workers.push(worker);
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
      await closeWorkers(workers, running, { graceMs, hurry });
      await queues.close();
      await backend.end();
    },
  };
}

function openBackend({ redisUrl, redisCa, redisPrefix, databaseUrl }: QueueConnection): Backend {
  if (redisUrl === null) return createBackendOnPostgres(databaseUrl);
  return createBackendOnRedis({ url: redisUrl, ca: redisCa ?? null, prefix: redisPrefix ?? usualRedisPrefix });
}

async function addJobs(queue: AnyQueue, bells: readonly Bell[]): Promise<void> {
  for (let start = 0; start < bells.length; start += bellsPerAdd) {
    await queue.addBulk(bells.slice(start, start + bellsPerAdd).map(toJob));
    failpoint('after-bells');
  }
}

async function keepRepeating(queue: AnyQueue, name: string, everyMs: number): Promise<boolean> {
  const scheduler = await withTimeout(queue.getJobScheduler(name), ringTimeoutMs);
  const isLate = scheduler?.next === undefined || scheduler.next < Date.now() - everyMs;
  if (scheduler?.every === everyMs && !isLate) return false;
  const job = { name, data: {}, opts: once };
  await withTimeout(queue.upsertJobScheduler(name, { every: everyMs }, job), ringTimeoutMs);
  return true;
}

function toJob({ name, id, payload }: Bell): JobOf<typeof once & { jobId: string }> {
  return { name, data: payload, opts: { ...once, jobId: id } };
}
