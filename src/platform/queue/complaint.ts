import type { Log } from '../log.ts';

/** A server that is gone is complained of at every try to reach it; the log need not say so each time. */
const sameTroubleMs = 30_000;
/** Troubles of different words remembered at most. */
const troublesKept = 200;

/** What is told of a queue's trouble. */
export type Complaint = (queue: string) => (error: Error) => void;

/** Tells of trouble; of the same one again only after a while. */
export function createComplaint(log: Log): Complaint {
  const toldAt = new Map<string, number>();
  return (queue) => (error) => {
    const trouble = `${queue} ${error.message}`;
    if (performance.now() - (toldAt.get(trouble) ?? -Infinity) < sameTroubleMs) return;
    if (toldAt.size >= troublesKept) toldAt.clear();
    toldAt.set(trouble, performance.now());
    log.warn({ queue, err: error }, 'queue trouble');
  };
}
