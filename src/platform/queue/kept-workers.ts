import { setTimeout as wait } from 'node:timers/promises';
import type { AnyWorker, Backend } from './backend.ts';
import { closeEach } from './close-workers.ts';

/** How long after a worker that never got ready another one is begun. */
const againAfterMs = 1_000;

/** The workers of a process. */
export interface KeptWorkers {
  /** Begins one, and another in its place as long as none gets ready: where a failure spoils a worker, it never works. */
  begin(make: () => AnyWorker): void;
  /** All there are, for closing; none is begun any more. */
  end(): AnyWorker[];
}

/** Keeps the workers of a backend. */
export function keepWorkers(backend: Backend): KeptWorkers {
  const workers = new Set<AnyWorker>();
  let isEnding = false;
  const begin = (make: () => AnyWorker): void => {
    if (isEnding) return;
    const worker = make();
    workers.add(worker);
    if (!backend.isSpoiledByFailure) return;
    worker.waitUntilReady().catch(async () => {
      if (isEnding) return;
      workers.delete(worker);
      await closeEach([worker], (spoiled) => spoiled.close(true));
      await wait(againAfterMs, undefined, { ref: false });
      begin(make);
    });
  };
  return {
    begin,
    end() {
      isEnding = true;
      return [...workers];
    },
  };
}
