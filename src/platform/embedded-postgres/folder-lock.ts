import { open, readFile, rm, stat, utimes } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { codeOf, EmbeddedPostgresRefused } from './refused.ts';
import { isAlive } from './processes.ts';

/** A holder touches its lock this often ... */
const heartbeatMs = 1_000;
/** ... so a lock that did not move for this long belongs to nobody, whoever has its process id by now. */
const staleAfterMs = 10_000;
const pollMs = 25;
/** Making a data folder on a slow disk takes seconds; nobody holds the lock for minutes. */
const waitLimitMs = 180_000;

/**
 * Runs `work` while this process alone holds the lock file. It makes starting and stopping polite between our own
 * processes; that no two servers ever run on one folder is kept by Postgres itself.
 */
export async function withFolderLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  await takeLock(file);
  const heartbeat = setInterval(() => void touch(file), heartbeatMs);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    // Not ours any more when this process was stopped so long that another took over.
    if ((await readLock(file)).pid === process.pid) await rm(file, { force: true });
  }
}

async function takeLock(file: string): Promise<void> {
  const deadline = performance.now() + waitLimitMs;
  let seen = '';
  let seenAt = performance.now();
  while (!(await createLock(file))) {
    const lock = await readLock(file);
    if (lock.sign !== seen) [seen, seenAt] = [lock.sign, performance.now()];
    const isStale = !lock.isHeld || performance.now() - seenAt > staleAfterMs;
    if (isStale && (await readLock(file)).sign === lock.sign) await rm(file, { force: true });
    else if (performance.now() > deadline) {
      throw new EmbeddedPostgresRefused(
        `Process ${lock.pid} has been starting or stopping the database for minutes; end it and try again.`,
      );
    } else await wait(pollMs);
  }
}

async function createLock(file: string): Promise<boolean> {
  try {
    const handle = await open(file, 'wx', 0o644);
    await handle.writeFile(String(process.pid));
    await handle.close();
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Who holds the lock, and a sign that changes with every touch. */
async function readLock(file: string): Promise<{ pid: number; isHeld: boolean; sign: string }> {
  try {
    const [text, { mtimeMs, ino }] = await Promise.all([readFile(file, 'utf8'), stat(file)]);
    const pid = Number(text);
    // An empty file is one whose holder has not written its id yet.
    return { pid, isHeld: text === '' || isAlive(pid), sign: `${text} ${mtimeMs} ${ino}` };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { pid: 0, isHeld: true, sign: 'gone' };
    throw error;
  }
}

async function touch(file: string): Promise<void> {
  const now = new Date();
  await utimes(file, now, now).catch(() => {});
}
