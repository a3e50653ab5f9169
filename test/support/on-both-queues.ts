import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A scene gets its queues from the project it runs in; whoever brings an environment of its own gets the same ones in both. */
const hasScene = /\b(open|with)\w*Scene\(/;
/** Without a worker nobody listens: a ring more or less changes nothing. */
const startsWorkers = /\.work\(|\['work'|'issue', 'send'|\bworkToEnd\(/;

/** The fault tests that can tell one queue from another: those with workers in a scene. They run on Postgres and on Redis. */
export function listFaultTestsOnBothQueues(): string[] {
  const folder = join(import.meta.dirname, '..', 'faults');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.real.test.ts'))
    .filter((name) => {
      const text = readFileSync(join(folder, name), 'utf8');
      return name.startsWith('redis-') || (hasScene.test(text) && startsWorkers.test(text));
    })
    .map((name) => `test/faults/${name}`);
}
