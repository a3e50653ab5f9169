import { createPostgresBackend, Queue, withBackend, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { failpoint } from './failpoint.ts';
import type { Log } from './log.ts';

/** Where the jobs live: Redis when its URL is given, else schema `bullmq` of the database. */
export interface QueueConnection {
  redisUrl: string | null;
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
  /** Takes no new jobs, waits for running ones up to the grace or until told to hurry, then closes connections. */
  close(graceMs: number, hurry?: AbortSignal): Promise<void>;
}

/** `add` never settles while Redis is down (measured), so a ring gives up after this long. */
const ringTimeoutMs = 5_000;
/** A server that is gone is complained of at every try to reach it; the log need not say so each time. */
const sameTroubleMs = 30_000;
/** Troubles of different words remembered at most. */
const troublesKept = 200;
/** Closing connections takes milliseconds, unless the server is gone. */
const closeTimeoutMs = 2_000;
const bellsPerAdd = 100;
const poolSize = 3;
/** A killed worker's job comes back after about the sum of these, on both backends (measured); jobs are short. */
const lock = { lockDuration: 10_000, stalledInterval: 5_000 };

interface JobOf<Options> {
  name: string;
  data: object;
  opts: Options;
}
type Run = (job: { name: string; data: unknown }) => Promise<void>;

/** What we use of BullMQ's Queue: its own type differs from backend to backend. */
interface AnyQueue {
  addBulk(jobs: JobOf<typeof once & { jobId: string }>[]): Promise<unknown>;
  upsertJobScheduler(id: string, repeat: { every: number }, job: JobOf<typeof once>): Promise<unknown>;
  getJobScheduler(id: string): Promise<{ next?: number; every?: number } | undefined>;
  close(): Promise<void>;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/** What we use of BullMQ's Worker. */
interface AnyWorker {
  pause(doNotWaitActive: boolean): Promise<void>;
  close(force: boolean): Promise<void>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'failed', listener: (job: unknown, error: Error) => void): unknown;
}

interface Backend {
  queue(name: string): AnyQueue;
  worker(name: string, run: Run, concurrency: number): AnyWorker;
  end(): Promise<void>;
}

/** Opens the queues; connections are made when first used. */
export function openQueues(connection: QueueConnection, log: Log): Queues {
  const backend =
    connection.redisUrl === null ? postgresBackend(connection.databaseUrl) : redisBackend(connection.redisUrl);
  const queues = new Map<string, AnyQueue>();
  const workers: AnyWorker[] = [];
  let isClosing = false;
  const running = new Set<Promise<void>>();
  const complain = createComplaint(log);
  const queueOf = (name: string): AnyQueue => {
    const known = queues.get(name);
    if (known !== undefined) return known;
    const made = backend.queue(name);
    made.on('error', complain(name));
    queues.set(name, made);
    return made;
  };
  return {
    async ring(queue, bells) {
      // A closed queue would never answer; whatever is due is rung by the next process.
      if (isClosing) return;
      const added = async () => {
        for (let start = 0; start < bells.length; start += bellsPerAdd) {
          await queueOf(queue).addBulk(bells.slice(start, start + bellsPerAdd).map(toJob));
          failpoint('after-bells');
        }
      };
      await withTimeout(added(), ringTimeoutMs).catch(complain(queue));
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
    keepRepeating: (queue, name, everyMs) => keepRepeating(queueOf(queue), name, everyMs),
    async close(graceMs, hurry) {
      // The grace is given once: what outlived it is not waited for again.
      if (isClosing) return;
      isClosing = true;
      await closeWorkers(workers, running, { graceMs, hurry });
      await closeEach([...queues.values()], (queue) => queue.close());
      await backend.end();
    },
  };
}

/** Tells of trouble; of the same one again only after a while. */
function createComplaint(log: Log): (queue: string) => (error: Error) => void {
  const toldAt = new Map<string, number>();
  return (queue) => (error) => {
    const trouble = `${queue} ${error.message}`;
    if (performance.now() - (toldAt.get(trouble) ?? -Infinity) < sameTroubleMs) return;
    if (toldAt.size >= troublesKept) toldAt.clear();
    toldAt.set(trouble, performance.now());
    log.warn({ queue, err: error }, 'queue trouble');
  };
}

async function keepRepeating(queue: AnyQueue, name: string, everyMs: number): Promise<boolean> {
  const scheduler = await withTimeout(queue.getJobScheduler(name), ringTimeoutMs);
  const isLate = scheduler?.next === undefined || scheduler.next < Date.now() - everyMs;
  if (scheduler?.every === everyMs && !isLate) return false;
  const job = { name, data: {}, opts: once };
  await withTimeout(queue.upsertJobScheduler(name, { every: everyMs }, job), ringTimeoutMs);
  return true;
}

interface Patience {
  graceMs: number;
  hurry: AbortSignal | undefined;
}

async function aborted(signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve) => {
    if (signal?.aborted) resolve();
    else signal?.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** BullMQ's own close cannot be told to wait no longer once it waits, so the waiting is done here. */
async function closeWorkers(workers: AnyWorker[], running: Set<Promise<void>>, patience: Patience): Promise<void> {
  await closeEach(workers, (worker) => worker.pause(true));
  await withTimeout(Promise.race([Promise.allSettled(running), aborted(patience.hurry)]), patience.graceMs).catch(
    () => {},
  );
  const isLate = running.size > 0;
  await closeEach(workers, (worker) => worker.close(isLate));
}

async function closeEach<Part>(parts: Part[], close: (part: Part) => Promise<void>): Promise<void> {
  await Promise.all(parts.map((part) => withTimeout(close(part), closeTimeoutMs).catch(() => {})));
}

/** A job leaves no record, so that its id is free to be rung again; Postgres counts attempts. */
const once = { removeOnComplete: true, removeOnFail: true, attempts: 1 };

function toJob({ name, id, payload }: Bell): JobOf<typeof once & { jobId: string }> {
  return { name, data: payload, opts: { ...once, jobId: id } };
}

function postgresBackend(databaseUrl: string): Backend {
  const classes = withBackend(createPostgresBackend);
  const connection = {
    connectionString: databaseUrl,
    max: poolSize,
    migrate: true,
    // BullMQ looks at its schema under a lock for all: a process that stands still there must not stop every queue.
    idle_in_transaction_session_timeout: lock.lockDuration,
  };
  return {
    queue: (name) => new classes.Queue(name, { connection }),
    worker: (name, run, concurrency) => new classes.Worker(name, run, { connection, concurrency, ...lock }),
    end: async () => {},
  };
}

function redisBackend(url: string): Backend {
  const producer = new Redis(url, { enableOfflineQueue: false, maxRetriesPerRequest: 1, lazyConnect: false });
  const consumer = new Redis(url, { maxRetriesPerRequest: null });
  producer.on('error', () => {});
  consumer.on('error', () => {});
  const prefix = 'weekly-verdicts';
  return {
    queue: (name) => new Queue(name, { connection: producer, prefix }),
    worker: (name, run, concurrency) => new Worker(name, run, { connection: consumer, prefix, concurrency, ...lock }),
    end: async () => {
      producer.disconnect();
      consumer.disconnect();
    },
  };
}

async function withTimeout<T>(promise: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
