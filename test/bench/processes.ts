import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A process of the bench; it takes orders over IPC, one at a time, and answers each. */
export interface Subprocess {
  pid: number;
  ask<Answer>(order: object): Promise<Answer>;
  end(): Promise<void>;
}

const root = fileURLToPath(new URL('../../', import.meta.url));
const started = new Set<ChildProcess>();

/** Whatever happens to us, nothing of ours stays behind. */
process.on('exit', () => {
  for (const child of started) child.kill('SIGKILL');
});

export interface StartOptions {
  env?: Record<string, string>;
  /** Further arguments of Node itself. */
  nodeArgs?: string[];
}

/** All are started the way `npm start` does, in production mode. */
function settingsOf({ env = {}, nodeArgs = [] }: StartOptions) {
  const { PATH = '', HOME = '' } = process.env;
  return { nodeArgs: ['--import', 'tsx', ...nodeArgs], env: { PATH, HOME, NODE_ENV: 'production', ...env } };
}

function remember(child: ChildProcess): ChildProcess {
  started.add(child);
  child.once('close', () => started.delete(child));
  return child;
}

const wordsLimit = 1_000;

/** Starts the product with these arguments; resolves when it has said its first sentence. */
export async function startProduct(args: string[], options: StartOptions): Promise<ChildProcess> {
  const { nodeArgs, env } = settingsOf(options);
  const child = spawn(process.execPath, [...nodeArgs, 'src/cli.ts', ...args], {
    cwd: root,
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  remember(child);
  let hasTold = false;
  await new Promise<void>((resolve, reject) => {
    child.once('close', (code) => reject(new Error(`\`${args.join(' ')}\` ended early (${code})`)));
    child.stderr?.on('data', (words: Buffer) => {
      // What goes wrong is said once, not with every batch.
      const isTrouble = !words.includes('Ctrl-C') && !words.includes('Stopping');
      if (isTrouble && !hasTold) process.stderr.write(words.subarray(0, wordsLimit));
      hasTold ||= isTrouble;
      resolve();
    });
  });
  return child;
}

/** Stops a process in order and waits for its end. */
export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'close');
  child.kill('SIGTERM');
  await ended;
}

/** Starts a process that answers orders; resolves with it and the first thing it says. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller says what its own process says first
export async function startSubprocess<First>(
  file: string,
  args: string[],
  options: StartOptions = {},
): Promise<{ subprocess: Subprocess; first: First }> {
  const { nodeArgs, env } = settingsOf(options);
  const child = remember(fork(file, args, { cwd: root, execArgv: nodeArgs, env }));
  const hear = async <Answer>(): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const onClose = (code: number | null) => reject(new Error(`${file} ${args.join(' ')} ended early (${code})`));
      child.once('close', onClose);
      child.once('message', (answer) => {
        child.off('close', onClose);
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- both ends are of the bench
        resolve(answer as Answer);
      });
    });
  const first = await hear<First>();
  const ask = async <Answer>(order: object): Promise<Answer> => {
    const answer = hear<Answer>();
    child.send(order);
    return answer;
  };
  return { first, subprocess: { pid: child.pid ?? 0, ask, end: () => stop(child) } };
}

const ticksPerSecond = 100;

/** CPU seconds of some processes so far, threads included; NaN where there is no /proc. */
export function readCpuSeconds(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + readTimes(pid).own, 0);
}

function readTimes(pid: number): { own: number; reaped: number; parent: number } {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return { own: process.platform === 'linux' ? 0 : NaN, reaped: 0, parent: 0 };
  }
  // Fields from the third on: the second, the name in brackets, may hold blanks.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const seconds = (index: number) => Number(fields[index]) / ticksPerSecond;
  return { own: seconds(11) + seconds(12), reaped: seconds(13) + seconds(14), parent: Number(fields[1]) };
}

/** CPU seconds of a Postgres server and all its backends so far, those that have ended too. */
export function readServerCpuSeconds(postmaster: number): number {
  const backends = listPids().filter((pid) => readTimes(pid).parent === postmaster);
  return readCpuSeconds([postmaster, ...backends]) + readTimes(postmaster).reaped;
}

function listPids(): number[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0);
}

/** Forgets the memory peaks so far. */
export function resetPeaks(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      writeFileSync(`/proc/${pid}/clear_refs`, '5');
    } catch {
      // Without the right to, the peak is that of the whole life of the process: only larger.
    }
  }
}

/** Peak resident megabytes of some processes since the last reset, added up. */
export function readPeakMegabytes(pids: readonly number[]): number {
  const kilobytes = pids.map((pid) => {
    try {
      return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? NaN);
    } catch {
      return NaN;
    }
  });
  return kilobytes.reduce((sum, one) => sum + one, 0) / 1024;
}
