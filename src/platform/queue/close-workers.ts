import { withTimeout } from '../with-timeout.ts';
import type { AnyWorker } from './backend.ts';

/** Closing connections takes milliseconds, unless the server is gone. */
const closeTimeoutMs = 2_000;

export interface Patience {
  graceMs: number;
  hurry: AbortSignal | undefined;
}

/** BullMQ's own close cannot be told to wait no longer once it waits, so the waiting is done here. */
export async function closeWorkers(
  workers: AnyWorker[],
  running: Set<Promise<void>>,
  { graceMs, hurry }: Patience,
): Promise<void> {
  await closeEach(workers, (worker) => worker.pause(true));
  await withTimeout(Promise.race([Promise.allSettled(running), aborted(hurry)]), graceMs).catch(() => {});
  const isLate = running.size > 0;
  await closeEach(workers, (worker) => worker.close(isLate));
}

/** Closes all at once and waits no longer than a gone server deserves. */
export async function closeEach<Part>(parts: Part[], close: (part: Part) => Promise<void>): Promise<void> {
  await Promise.all(parts.map((part) => withTimeout(close(part), closeTimeoutMs).catch(() => {})));
}

async function aborted(signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve) => {
    if (signal?.aborted) resolve();
    else signal?.addEventListener('abort', () => resolve(), { once: true });
  });
}
