import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { root } from './sources.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the compiled program is. */
    programFolder: string;
  }
}

/** Below the packages that the program imports. */
const cache = join(root, 'node_modules', '.cache');
const folderPattern = /^verdicts-program-(\d+)$/;
const folder = join(cache, `verdicts-program-${process.pid}`);

/** Compiles the program once a run, as the image has it: a process of it then starts with half the work. */
export default function compileProgram(project: TestProject): (() => void) | undefined {
  project.provide('programFolder', folder);
  // Another project of this run has done it.
  if (existsSync(folder)) return undefined;
  mkdirSync(cache, { recursive: true });
  for (const name of readdirSync(cache)) {
    const pid = Number(folderPattern.exec(name)?.[1] ?? 0);
    if (pid > 0 && !isRunning(pid)) rmSync(join(cache, name), { recursive: true, force: true });
  }
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const { stdout } = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json', '--outDir', folder], {
    cwd: root,
    encoding: 'utf8',
  });
  if (!existsSync(join(folder, 'src', 'cli.js'))) throw new Error(`the program does not compile: ${stdout}`);
  cpSync(join(root, 'src', 'demo', 'samples'), join(folder, 'src', 'demo', 'samples'), { recursive: true });
  return () => rmSync(folder, { recursive: true, force: true });
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
