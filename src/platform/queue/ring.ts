import { failpoint } from '../failpoint.ts';
import { TimedOut, withTimeout } from '../with-timeout.ts';
import { type AnyQueue, type Backend, type JobOf, once } from './backend.ts';
import type { Complaint } from './complaint.ts';
import { createGatherer } from './gather.ts';
import type { KeptQueues } from './kept-queues.ts';

/** What is put into a queue: of the same id once, as long as that one is there. */
export interface Bell {
  name: string;
  id: string;
  payload: object;
}

/** `add` never settles while Redis is down (measured), so a ring gives up after this long. */
const ringTimeoutMs = 5_000;
/** Who has waited in vain spares the next ones the wait: a page that rings must not hang on a queue that does not answer. */
const restAfterTimeoutMs = 5_000;
const bellsPerAdd = 100;

/** Rings on queues of a backend; never throws. What comes while a ring is under way goes together with the next one. */
export function createRing(
  backend: Backend,
  queues: KeptQueues,
  complain: Complaint,
): (queue: string, bells: readonly Bell[]) => Promise<void> {
  const gatherers = new Map<string, (bells: readonly Bell[]) => Promise<void>>();
  let restsUntil = -Infinity;
  const ringAll = async (queue: string, bells: Bell[]): Promise<void> => {
    if (performance.now() < restsUntil) return;
    const added = backend.refuseWhileAway().then(() => addJobs(queues.get(queue), bells));
    await withTimeout(added, ringTimeoutMs).catch((error: Error) => {
      if (error instanceof TimedOut) restsUntil = performance.now() + restAfterTimeoutMs;
      else queues.renewIfSpoiled(queue);
      complain(queue)(error);
    });
  };
  return (queue, bells) => {
    const gather = gatherers.get(queue) ?? createGatherer((all: Bell[]) => ringAll(queue, all));
    gatherers.set(queue, gather);
    return gather(bells);
  };
}

async function addJobs(queue: AnyQueue, bells: readonly Bell[]): Promise<void> {
  const unlike = [...new Map(bells.map((bell) => [bell.id, bell])).values()];
  for (let start = 0; start < unlike.length; start += bellsPerAdd) {
    await queue.addBulk(unlike.slice(start, start + bellsPerAdd).map(toJob));
    failpoint('after-bells');
  }
}

function toJob({ name, id, payload }: Bell): JobOf<typeof once & { jobId: string }> {
  return { name, data: payload, opts: { ...once, jobId: id } };
}
