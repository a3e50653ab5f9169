import type { AnyQueue, Backend } from './backend.ts';
import { closeEach } from './close-workers.ts';
import type { Complaint } from './complaint.ts';

/** The queues a process rings, each opened when first asked for. */
export interface KeptQueues {
  get(name: string): AnyQueue;
  /** To be called when one has failed: where a failure spoils a queue, the next to ask gets a new one. */
  renewIfSpoiled(name: string): void;
  close(): Promise<void>;
}

/** Opens queues of a backend as they are asked for; what troubles them is told. */
export function keepQueues(backend: Backend, complain: Complaint): KeptQueues {
  const queues = new Map<string, AnyQueue>();
  return {
    get(name) {
      const known = queues.get(name);
      if (known !== undefined) return known;
      const made = backend.queue(name);
      made.on('error', complain(name));
      queues.set(name, made);
      return made;
    },
    renewIfSpoiled(name) {
      const spoiled = queues.get(name);
      if (!backend.isSpoiledByFailure || spoiled === undefined) return;
      queues.delete(name);
      void closeEach([spoiled], (queue) => queue.close());
    },
    close: () => closeEach([...queues.values()], (queue) => queue.close()),
  };
}
