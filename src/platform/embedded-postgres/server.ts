import { spawn } from 'node:child_process';
import { chmod, open, readFile, rename, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { Place } from './place.ts';
import { readPostmasterLock, readyLimitMs, removeMisleadingLock, type RunningServer } from './postmaster-lock.ts';
import { isAlive, serverSpawnOptions } from './processes.ts';
import { EmbeddedPostgresRefused } from './refused.ts';

/** A server just killed leaves sessions that end with their query: the next one is refused until they are gone. */
const startLimitMs = 60_000;
const startPauseMs = 150;
const pollMs = 15;
const logLimitBytes = 10_000_000;
const stopLimitMs = 60_000;

/** Starts a server on 127.0.0.1 alone, in a session of its own, and waits until it takes connections. */
export async function startServer(place: Place, options: { durable: boolean; port?: number }): Promise<RunningServer> {
  // Postgres refuses a folder that others may read.
  await chmod(place.folder, 0o700);
  await removeMisleadingLock(place.folder);
  const deadline = performance.now() + startLimitMs;
  for (;;) {
    const port = options.port ?? (await findFreePort());
    const result = await tryStart(place, [...settings(port), ...(options.durable ? [] : carelessSettings)]);
    if (typeof result !== 'string') return result;
    const mayPass = /lock file .* already exists|pre-existing shared memory|Address already in use/.test(result);
    if (!mayPass || performance.now() > deadline) throw notStarted(place, result);
    await wait(startPauseMs);
  }
}

/** Stops a server: sessions are ended, everything written is kept (Postgres calls it a fast shutdown). */
export async function stopServer(folder: string, { pid }: RunningServer): Promise<void> {
  if (isAlive(pid)) process.kill(pid, 'SIGINT');
  const deadline = performance.now() + stopLimitMs;
  // The lock is the last thing a server removes.
  while (isAlive(pid) && (await readPostmasterLock(folder))?.pid === pid) {
    if (performance.now() > deadline) throw new Error(`the embedded Postgres (process ${pid}) does not stop`);
    await wait(pollMs);
  }
}

function settings(port: number): string[] {
  const values = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 200,
    shared_buffers: '64MB',
    // When a row was committed, not only when its transaction began: the checks of what came first read it.
    track_commit_timestamp: 'on',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_line_prefix: '%m [%p] ',
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** For databases that live as long as one test run. */
const carelessSettings = ['fsync', 'synchronous_commit', 'full_page_writes'].flatMap((name) => ['-c', `${name}=off`]);

/** The server, or what it said before it gave up. */
async function tryStart(place: Place, args: readonly string[]): Promise<RunningServer | string> {
  const log = await openLog(place);
  try {
    const { size } = await log.stat();
    const child = spawn(place.binaries.postgres, ['-D', place.folder, ...args], {
      ...serverSpawnOptions(place.user),
      stdio: ['ignore', log.fd, log.fd],
    });
    await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
    child.unref();
    const deadline = performance.now() + readyLimitMs;
    while (child.exitCode === null && child.signalCode === null && performance.now() < deadline) {
      const lock = await readPostmasterLock(place.folder);
      if (lock?.pid === child.pid && lock?.isReady === true) return { pid: lock.pid, port: lock.port };
      await wait(pollMs);
    }
    return (await readFile(place.logFile, 'utf8')).slice(size);
  } finally {
    await log.close();
  }
}

/** Appends to the log, which starts anew beyond its limit (one old one is kept). */
async function openLog({ logFile, user }: Place) {
  const size = await stat(logFile).then(
    (found) => found.size,
    () => 0,
  );
  if (size > logLimitBytes) await rename(logFile, `${logFile}.old`);
  const log = await open(logFile, 'a', 0o600);
  if (user !== undefined) await log.chown(user.uid, user.gid);
  return log;
}

function notStarted(place: Place, words: string): EmbeddedPostgresRefused {
  const reason = words.split('\n').findLast((line) => /FATAL|PANIC|ERROR|could not/.test(line)) ?? 'it said nothing';
  return new EmbeddedPostgresRefused(
    `The database in ${place.folder} did not start (${reason.replace(/^.*?(FATAL|PANIC|ERROR):\s*/, '')}); see ${place.logFile}.`,
  );
}

/** A port nobody listens on right now; another try is made when somebody takes it before the server does. */
async function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
