/**
 * Lets one piece of work run at a time; what is handed in meanwhile goes together with the next one, so that a burst of callers
 * costs no more than two rounds. Each caller is answered when their own round has ended, and told of its failure alone.
 */
export function createGatherer<Item>(
  work: (items: Item[]) => Promise<void>,
): (items: readonly Item[]) => Promise<void> {
  let gathered: Item[] = [];
  let running: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;
  const begin = async (): Promise<void> => {
    // A failure is the business of those whose round it was.
    await running.catch(() => {});
    const items = gathered;
    gathered = [];
    next = undefined;
    running = work(items);
    await running;
  };
  return (items) => {
    gathered.push(...items);
    next ??= begin();
    return next;
  };
}
