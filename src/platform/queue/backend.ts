import type { Refusal } from '../refusal.ts';

/** A job leaves no record, so that its id is free to be rung again; Postgres counts attempts. */
export const once = { removeOnComplete: true, removeOnFail: true, attempts: 1 };

/** A killed worker's job comes back after about the sum of these, on both backends (measured); jobs are short. */
export const lock = { lockDuration: 10_000, stalledInterval: 5_000 };

/** A worker's settings. What others put into our queues leaves no record either. */
export const working = { ...lock, removeOnComplete: { count: 0 }, removeOnFail: { count: 0 } };

export interface JobOf<Options> {
  name: string;
  data: object;
  opts: Options;
}
export type Run = (job: { name: string; data: unknown }) => Promise<void>;

/** What we use of BullMQ's Queue: its own type differs from backend to backend. */
export interface AnyQueue {
  addBulk(jobs: JobOf<typeof once & { jobId: string }>[]): Promise<unknown>;
  upsertJobScheduler(id: string, repeat: { every: number }, job: JobOf<typeof once>): Promise<unknown>;
  getJobScheduler(id: string): Promise<{ next?: number; every?: number } | undefined>;
  close(): Promise<void>;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/** What we use of BullMQ's Worker. */
export interface AnyWorker {
  waitUntilReady(): Promise<unknown>;
  pause(doNotWaitActive: boolean): Promise<void>;
  close(force: boolean): Promise<void>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'failed', listener: (job: unknown, error: Error) => void): unknown;
}

/** Where the jobs live. */
export interface Backend {
  queue(name: string): AnyQueue;
  worker(name: string, run: Run, concurrency: number): AnyWorker;
  /** Whether a queue or worker that has failed once may fail ever after: it looks at its schema once, and keeps what came of it (tried). */
  isSpoiledByFailure: boolean;
  /** Throws at once while the server is known to be away, so that nobody waits for it. */
  refuseWhileAway(): Promise<void>;
  /** Why jobs cannot be relied upon to be kept; undefined when they can. */
  findTrouble(): Promise<Refusal | undefined>;
  end(): Promise<void>;
}
