import { parseArgs } from 'node:util';

export interface BenchOptions {
  subscribers: number;
  runs: number;
  workers: number;
  only: 'send' | 'pace' | 'all';
}

/** From here on one run is enough: it is long, and the others' ways of sending are measured at fewer mails. */
const largeFrom = 100_000;

/** Reads the command line; throws a sentence on wrong use. */
export function readOptions(args: string[]): BenchOptions {
  const { values } = parseArgs({
    args,
    options: {
      subscribers: { type: 'string', default: '10000' },
      runs: { type: 'string' },
      workers: { type: 'string', default: '2' },
      only: { type: 'string', default: 'all' },
    },
  });
  const subscribers = readCount('subscribers', values.subscribers, 10_000_000);
  const only = values.only;
  if (only !== 'send' && only !== 'pace' && only !== 'all') throw new Error('--only takes send or pace.');
  return {
    subscribers,
    runs: readCount('runs', values.runs ?? (subscribers >= largeFrom ? '1' : '5'), 100),
    workers: readCount('workers', values.workers, 64),
    only: only === 'all' && subscribers >= largeFrom ? 'send' : only,
  };
}

function readCount(name: string, text: string, limit: number): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > limit) throw new Error(`--${name} takes 1 to ${limit}.`);
  return count;
}
