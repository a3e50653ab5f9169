import { setTimeout as wait } from 'node:timers/promises';

/** Where the program learns the time; tests hand in one of their own. */
export interface Clock {
  now(): Date;
  /** Resolves after `ms`, or at once when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => new Date(),
  sleep: (ms, signal) => wait(Math.max(0, ms), undefined, { signal }).catch(() => {}),
};
