import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';

/** A process of the product, started by a test. */
export interface Program {
  pid: number;
  /** The first line on stdout; rejects when the process ends without one. */
  firstLine: Promise<string>;
  /** Everything it wrote so far, both streams. */
  output(): string;
  stdout(): string;
  /** Its exit status, or the signal that ended it. */
  ended: Promise<number | NodeJS.Signals>;
  kill(signal: NodeJS.Signals): void;
  /** Kills it and waits for its end; nothing where it has ended. */
  stop(signal: NodeJS.Signals): Promise<number | NodeJS.Signals>;
}

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Starts a source file of the product by its path from the root. `env` is all it gets besides PATH and HOME. */
export async function startProgram(file: string, args: string[], env: Record<string, string> = {}): Promise<Program> {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [...compiledOrSource(file), ...args], {
    cwd: root,
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await once(child, 'spawn');
  let out = '';
  let all = '';
  let tellLine: (line: string) => void = () => {};
  const firstLine = new Promise<string>((resolve, reject) => {
    tellLine = resolve;
    child.once('close', () => reject(new Error(`${file} ${args.join(' ')} ended without a word: ${all}`)));
  });
  firstLine.catch(() => {});
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
    all += chunk.toString();
    const end = out.indexOf('\n');
    if (end >= 0) tellLine(out.slice(0, end));
  });
  child.stderr.on('data', (chunk: Buffer) => {
    all += chunk.toString();
  });
  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    child.once('close', (code, signal) => resolve(code ?? signal ?? 0));
  });
  return {
    pid: child.pid ?? 0,
    firstLine,
    output: () => all,
    stdout: () => out,
    ended,
    kill: (signal) => child.kill(signal),
    stop(signal) {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      return ended;
    },
  };
}

/** What ships runs as it was compiled at the start of the tests; anything else from its source. */
function compiledOrSource(file: string): string[] {
  const compiled = join(inject('programFolder'), file.replace(/\.tsx?$/, '.js'));
  return existsSync(compiled) ? [compiled] : ['--import', 'tsx', file];
}

/** Whether a process stands still after SIGSTOP. */
export function isStopped(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout.trim().startsWith('T');
}
