import { spawn } from 'node:child_process';
import { readFile, readlink } from 'node:fs/promises';
import { codeOf } from './refused.ts';

/** The user the server runs as; undefined is our own. */
export interface ServerUser {
  name: string;
  uid: number;
  gid: number;
}

/** Whether a process of that id exists, whoever owns it. */
export function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

/**
 * What a server process is given: nothing of ours that would change its behaviour (PG* variables, the language of
 * messages), a folder every user may stand in, a session of its own so that Ctrl-C in our terminal does not reach it.
 */
export function serverSpawnOptions(user: ServerUser | undefined) {
  return {
    ...(user === undefined ? {} : { uid: user.uid, gid: user.gid }),
    cwd: '/',
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
    detached: true,
    windowsHide: true,
  };
}

/** Runs a program to its end; answers its exit status (null: killed) and what it said. */
export function runProgram(
  file: string,
  args: readonly string[],
  user: ServerUser | undefined,
): Promise<{ status: number | null; words: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { ...serverSpawnOptions(user), stdio: ['ignore', 'pipe', 'pipe'] });
    let words = '';
    const hear = (chunk: Buffer): void => void (words += chunk.toString());
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, words: words.trim() }));
  });
}

/** Whether a live process may be the Postgres of that folder: false only when it surely is another program. */
export async function mayServe(pid: number, folder: string): Promise<boolean> {
  if (!isAlive(pid)) return false;
  if (process.platform === 'win32') return true;
  const words = await readCommand(pid);
  if (words.includes('postgres') && words.includes(folder)) return true;
  // A server stands in its data folder. A zombie has no command and stands nowhere.
  return (await readlink(`/proc/${pid}/cwd`).catch(() => '')) === folder;
}

async function readCommand(pid: number): Promise<string> {
  if (process.platform === 'linux') {
    return (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' ');
  }
  return (await runProgram('/bin/ps', ['-o', 'command=', '-ww', '-p', String(pid)], undefined)).words;
}
