import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import type { Db } from '../../src/database.ts';
import { readCpuSeconds, readServerCpuSeconds } from './processes.ts';

/** Where a process's time goes, by the nearest named place up the stack. */
const places: [part: string, form: RegExp][] = [
  ['taking the queue', /bullmq/],
  ['talking SQL', /node_modules\/(kysely|pg|pg-pool|pg-protocol)\//],
  ['posting', /node_modules\/undici\/|^(writev|writeBuffer|writeLatin1String)$/],
  ['hashing bodies', /crypto\/hash/],
  ['writing bodies', /assemble|slots|batch-body|unsubscribe-token|token\.ts|clean-words/],
  ['collecting garbage', /^\(garbage collector\)$/],
];

interface Profile {
  nodes: { id: number; callFrame: { functionName: string; url: string }; children?: number[] }[];
  samples: number[];
  timeDeltas: number[];
}

/** CPU seconds a part, of the profiles that a run has left in a folder; the first seconds, the start, are left out. */
export function readProfileShares(folder: string, skippedSeconds: number): Map<string, number> {
  const shares = new Map<string, number>();
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.cpuprofile'))) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what Node writes
    const profile = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Profile;
    addShares(shares, profile, skippedSeconds * 1e6);
  }
  return shares;
}

function addShares(shares: Map<string, number>, { nodes, samples, timeDeltas }: Profile, skipped: number): void {
  const partOf = new Map<number, string>();
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const name = (id: number, above: string): void => {
    const node = byId.get(id);
    if (node === undefined) return;
    const { functionName, url } = node.callFrame;
    const own = places.find(([, form]) => form.test(url) || form.test(functionName))?.[0];
    partOf.set(id, functionName === '(idle)' ? 'idle' : (own ?? above));
    for (const child of node.children ?? []) name(child, own ?? above);
  };
  name(nodes[0]?.id ?? 0, 'everything else');
  let at = 0;
  samples.forEach((id, index) => {
    const took = timeDeltas[index] ?? 0;
    at += took;
    const part = partOf.get(id) ?? 'everything else';
    if (at > skipped && part !== 'idle') shares.set(part, (shares.get(part) ?? 0) + took / 1e6);
  });
}

/** CPU seconds of a Postgres server's parts so far: our pools', the queue's, and its own (log writer, checkpoints). */
export async function readServerShares(
  db: Db,
  postmaster: number,
): Promise<{ ledger: number; queue: number; rest: number }> {
  const { rows } = await sql<{ pid: number; name: string }>`
    select pid, application_name as name from pg_stat_activity where backend_type = 'client backend'`.execute(db);
  const sumOf = (isOurs: boolean) =>
    readCpuSeconds(rows.filter(({ name }) => (name === 'weekly-verdicts') === isOurs).map(({ pid }) => pid));
  const ledger = sumOf(true);
  const queue = sumOf(false);
  return { ledger, queue, rest: readServerCpuSeconds(postmaster) - ledger - queue };
}
