import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { isAlive, mayServe } from './processes.ts';
import { EmbeddedPostgresRefused } from './refused.ts';

/** Recovery after a power cut may take long; a server that makes no progress dies by itself. */
export const readyLimitMs = 300_000;
const pollMs = 15;
/** How long a lock file may stay empty before nobody is about to write it. */
const emptyLockMs = 1_000;

/** A server that answers, or will in a moment. */
export interface RunningServer {
  pid: number;
  port: number;
}

/** The live server of a data folder, as its `postmaster.pid` tells (port on line 4, state on line 8). */
export async function findRunningServer(folder: string): Promise<RunningServer | undefined> {
  const deadline = performance.now() + readyLimitMs;
  while (performance.now() < deadline) {
    const lock = await readPostmasterLock(folder);
    if (lock === undefined || !(await mayServe(lock.pid, folder))) return undefined;
    // While it shuts down it takes nobody in: wait for its end.
    if (lock.isReady) return lock;
    await wait(pollMs);
  }
  throw new EmbeddedPostgresRefused(
    `The database in ${folder} has been starting for minutes; look at its log beside it.`,
  );
}

/** What `postmaster.pid` says; a pid of 0 when it says nothing (a negative one is a single-user session). */
export async function readPostmasterLock(folder: string): Promise<(RunningServer & { isReady: boolean }) | undefined> {
  const text = await readFile(join(folder, 'postmaster.pid'), 'utf8').catch(() => undefined);
  const lines = text?.split('\n').map((line) => line.trim());
  return lines && { pid: Math.abs(Number(lines[0])) || 0, port: Number(lines[3]), isReady: lines[7] === 'ready' };
}

/**
 * Postgres itself gets past a lock of a dead process. It refuses an empty one (a power cut while it was written) and
 * one whose number now belongs to another program of the same user: those we remove. Even then two servers cannot
 * share the folder, for Postgres also holds a block of memory under the folder's name.
 */
export async function removeMisleadingLock(folder: string): Promise<void> {
  const lock = await readPostmasterLock(folder);
  if (lock === undefined) return;
  if (lock.pid === 0) {
    await wait(emptyLockMs);
    if ((await readPostmasterLock(folder))?.pid !== 0) return;
  } else if (!isAlive(lock.pid) || (await mayServe(lock.pid, folder))) return;
  await rm(join(folder, 'postmaster.pid'), { force: true });
}
