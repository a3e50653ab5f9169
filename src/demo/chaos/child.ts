import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { FileHandle } from 'node:fs/promises';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { keepPaths } from '../../config.ts';

/** A process of the program beside this one. */
export interface Child {
  pid: number;
  kill(signal: NodeJS.Signals): void;
  /** Kills it if it runs, and waits for its end. */
  stop(signal: NodeJS.Signals): Promise<void>;
  /** The first line it printed. */
  firstLine: Promise<string>;
}

export interface ChildOptions {
  /** All it gets besides PATH and HOME. */
  env: Record<string, string>;
  /** Where what it says on stderr goes. */
  log: FileHandle;
}

/** Starts a module of this program, in the form this one runs in: sources or compiled. */
export async function startChild(module: string, args: string[], { env, log }: ChildOptions): Promise<Child> {
  const file = fileURLToPath(new URL(`../../${module}${extname(import.meta.url)}`, import.meta.url));
  const child = spawn(process.execPath, [...process.execArgv, file, ...args], {
    // As a script of npm does, it stops when its parent is gone, however that ended.
    env: { ...keepPaths(), npm_lifecycle_event: 'chaos', ...env },
    stdio: ['pipe', 'pipe', log.fd],
    // Ctrl-C is for the one who started it all; it ends the others.
    detached: true,
  });
  await once(child, 'spawn');
  const ended = once(child, 'exit');
  const firstLine = new Promise<string>((resolve, reject) => {
    let said = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const end = said.indexOf('\n');
      if (end >= 0) resolve(said.slice(0, end));
    });
    child.once('exit', () => reject(new Error(`${module} ended without a word; its log says why`)));
  });
  firstLine.catch(() => {});
  return {
    pid: child.pid ?? 0,
    firstLine,
    kill: (signal) => void child.kill(signal),
    async stop(signal) {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      await ended;
    },
  };
}
