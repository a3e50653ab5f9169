import { existsSync } from 'node:fs';
import { readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { findBinaries } from './embedded-postgres/binaries.ts';
import { removeHalfMade } from './embedded-postgres/cluster.ts';
import { withFolderLock } from './embedded-postgres/folder-lock.ts';
import { findPlace, listHomes, notWritable, pathsIn, type Place } from './embedded-postgres/place.ts';
import { findRunningServer } from './embedded-postgres/postmaster-lock.ts';
import { mayServe } from './embedded-postgres/processes.ts';
import { stopServer } from './embedded-postgres/server.ts';
import { beginUse, endUse, resumeUse, urlOf, type Use } from './embedded-postgres/use.ts';
import type { Log } from './log.ts';

export { EmbeddedPostgresRefused } from './embedded-postgres/refused.ts';

const resumeTryCount = 10;
const resumePauseMs = 1_000;

export interface EmbeddedPostgresOptions {
  dataDir: string;
  log?: Log;
  /** Told one sentence when something takes a moment. */
  say?: (sentence: string) => void;
  /** False trades safety for speed: a power cut may lose everything. For tests. */
  durable?: boolean;
}

export interface EmbeddedPostgres {
  /** Of the database `verdicts`, password included. */
  url: string;
  port: number;
  /** Whether the server was running already. */
  adopted: boolean;
  /** One sentence when the data is not where the person would look for it. */
  note?: string;
  /** Ends our use; the last user stops the server. May be called twice. Close your own connections first. */
  release(): Promise<void>;
}

/**
 * Has a Postgres server on the folder: a live one is adopted, else one is started. It outlives this process when that
 * is killed; the next start adopts it. One that dies under us is started again at the same address. Await the start
 * before releasing, also on Ctrl-C. Throws EmbeddedPostgresRefused (with `sentence`) when a person must mend something.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const place = await findPlace(options.dataDir, await findBinaries());
  const start = { durable: options.durable ?? true, say: options.say };
  const use = await withPlaceLock(place, () => beginUse(place, start));
  options.log?.info({ port: use.server.port, adopted: use.adopted, folder: place.folder }, 'embedded Postgres is up');
  const end = watchOver(place, use, { ...options, durable: start.durable });
  let released: Promise<void> | undefined;
  return {
    url: urlOf(use),
    port: use.server.port,
    adopted: use.adopted,
    ...(place.note === undefined ? {} : { note: place.note }),
    release: () => (released ??= end()),
  };
}

/** Deletes the database of that folder wherever it lies, its server stopped first; the folder's other files stay. */
export async function resetEmbeddedPostgres({ dataDir }: { dataDir: string }): Promise<void> {
  for (const home of await listHomes(dataDir)) {
    const { folder, lockFile } = pathsIn(home);
    if (!(await readdir(home)).some((name) => name.startsWith('postgres'))) continue;
    await withPlaceLock({ home, lockFile }, async () => {
      const server = await findRunningServer(folder);
      if (server !== undefined) await stopServer(folder, server);
      await removeHalfMade(home);
      const ours = (await readdir(home)).filter((name) => /^postgres($|\.log|-\d)/.test(name));
      for (const name of ours) await rm(join(home, name), { recursive: true, force: true });
    });
    // The folder beside has no other use; the person's own usually is not empty and stays.
    await rmdir(home).catch(() => {});
  }
}

/** Whether there is a database for that folder; nothing is started or made. */
export async function hasEmbeddedPostgres(dataDir: string): Promise<boolean> {
  return (await listHomes(dataDir)).some((home) => existsSync(pathsIn(home).folder));
}

/** Takes the use up again whenever it is lost; answers the function that ends it. */
function watchOver(place: Place, first: Use, options: { log?: Log; durable: boolean }): () => Promise<void> {
  let use = first;
  let isEnding = false;
  const resume = async (): Promise<boolean> => {
    const again = isEnding ? undefined : await resumeUse(place, use, options);
    use = again ?? use;
    return again !== undefined;
  };
  const resumeSoon = async (): Promise<boolean> => {
    for (let attempt = 1; attempt <= resumeTryCount; attempt += 1) {
      if (isEnding || !existsSync(place.home)) return false;
      try {
        return await withPlaceLock(place, resume);
      } catch (err) {
        options.log?.error({ err, attempt }, 'embedded Postgres went away and does not come back');
        await wait(resumePauseMs, undefined, { ref: false });
      }
    }
    return false;
  };
  const watch = async (): Promise<void> => {
    do await use.keeper.lost;
    while (await resumeSoon());
  };
  void watch();
  return async () => {
    isEnding = true;
    if (existsSync(place.home)) return withPlaceLock(place, () => endUse(place, use));
    // Somebody deleted the whole folder: nothing to be kept, and nobody can find this server any more.
    if (await mayServe(use.server.pid, place.folder)) await stopServer(place.folder, use.server);
    return use.keeper.end();
  };
}

async function withPlaceLock<T>(place: Pick<Place, 'home' | 'lockFile'>, work: () => Promise<T>): Promise<T> {
  return withFolderLock(place.lockFile, work).catch((error: unknown) => {
    throw notWritable(place.home, error);
  });
}
