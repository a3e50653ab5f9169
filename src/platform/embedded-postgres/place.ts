import { createHash } from 'node:crypto';
import { chmod, lstat, mkdir, readFile, realpath, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { makeFolder } from '../make-folder.ts';
import { type Binaries, canRun, copyBinaries } from './binaries.ts';
import type { ServerUser } from './processes.ts';
import { codeOf, EmbeddedPostgresRefused, isDenied } from './refused.ts';

/** Where one server lives and as whom it runs. */
export interface Place {
  /** Holds the data folder, the log and the lock. */
  home: string;
  /** The data folder itself, Postgres' PGDATA. */
  folder: string;
  logFile: string;
  lockFile: string;
  binaries: Binaries;
  user: ServerUser | undefined;
  /** Said to the person when the data is not where they would look for it. */
  note?: string;
}

/** Postgres refuses to run as root: of these users, the first that exists is taken. */
const serverUserNames = ['postgres', 'nobody'];

/**
 * Decides where the server of `dataDir` lives. As root that is another folder when the unprivileged user the server
 * runs as cannot enter `dataDir`.
 */
export async function findPlace(dataDir: string, binaries: Binaries): Promise<Place> {
  const wanted = await ensureFolder(resolve(dataDir));
  if (!isRoot()) return placeAt(wanted, binaries, undefined);
  const user = (await findClusterOwner(wanted)) ?? (await findServerUser());
  const isNear = await canEnter(wanted, user);
  const home = isNear ? wanted : await makeOwnFolder(elsewhereFor(dataDir));
  const note = `The database lies in ${home}, because the user ${user.name} it runs as cannot enter ${wanted}.`;
  const runnable = await findRunnable(dataDir, binaries, user);
  return { ...placeAt(home, runnable, user), ...(isNear ? {} : { note }) };
}

/** Every folder that holds something of the server of `dataDir`. */
export async function listHomes(dataDir: string): Promise<string[]> {
  const near = await realpath(dataDir).catch(() => undefined);
  const elsewhere = elsewhereFor(dataDir);
  const isOurs = isRoot() && (await isOwnFolder(elsewhere));
  return [...(near === undefined ? [] : [near]), ...(isOurs ? [elsewhere] : [])];
}

async function findRunnable(dataDir: string, binaries: Binaries, user: ServerUser): Promise<Binaries> {
  if (await canRun(binaries, user)) return binaries;
  const copy = await copyBinaries(binaries, await makeOwnFolder(elsewhereFor(dataDir)));
  if (await canRun(copy, user)) return copy;
  throw new EmbeddedPostgresRefused(
    `Postgres refuses to run as root and cannot be run as the user ${user.name} here; ` +
      'start the program as an ordinary user or set DATABASE_URL.',
  );
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

function placeAt(home: string, binaries: Binaries, user: ServerUser | undefined): Place {
  return { home, ...pathsIn(home), binaries, user };
}

/** The names of what a server keeps in its home. */
export function pathsIn(home: string) {
  return {
    folder: join(home, 'postgres'),
    logFile: join(home, 'postgres.log'),
    lockFile: join(home, 'postgres.lock'),
  };
}

function elsewhereFor(dataDir: string): string {
  const name = createHash('sha256').update(resolve(dataDir)).digest('hex').slice(0, 8);
  return `/var/tmp/weekly-verdicts-${name}`;
}

async function ensureFolder(dataDir: string): Promise<string> {
  try {
    makeFolder(dataDir);
    return await realpath(dataDir);
  } catch (cause) {
    const code = codeOf(cause);
    if (code === 'EEXIST' || code === 'ENOTDIR') {
      const sentence = `${dataDir} is not a folder; move that file away or set DATA_DIR to a folder.`;
      throw new EmbeddedPostgresRefused(sentence, { cause });
    }
    // What Node's recursive mkdir says on a read-only file system.
    throw code === 'ENOENT' ? refuseNotWritable(dataDir, cause) : notWritable(dataDir, cause);
  }
}

/** The sentence for a folder we may not write in; any other error unchanged. */
export function notWritable(folder: string, error: unknown): unknown {
  return isDenied(error) ? refuseNotWritable(folder, error) : error;
}

function refuseNotWritable(folder: string, cause: unknown): EmbeddedPostgresRefused {
  const me = process.getuid?.() ?? 'this user';
  return new EmbeddedPostgresRefused(
    `The data folder ${folder} cannot be written by this user (${me}); hand it over with ` +
      `"sudo chown -R ${me} ${folder}" or set DATA_DIR to another folder.`,
    { cause },
  );
}

/** Makes the folder beside, or takes it when it is root's own. */
async function makeOwnFolder(folder: string): Promise<string> {
  await mkdir(folder).catch((error: unknown) => {
    if (codeOf(error) !== 'EEXIST') throw error;
  });
  if (!(await isOwnFolder(folder))) {
    throw new EmbeddedPostgresRefused(
      `${folder} belongs to somebody else; remove it or set DATA_DIR to another folder.`,
    );
  }
  await chmod(folder, 0o755);
  return folder;
}

/** /var/tmp is open to all: a folder of that name which is not root's alone may be a trap. */
async function isOwnFolder(folder: string): Promise<boolean> {
  const found = await lstat(folder).catch(() => undefined);
  return found !== undefined && found.isDirectory() && found.uid === 0 && (found.mode & 0o022) === 0;
}

/** A cluster that an ordinary user made is served as that user, so that both can go on using it. */
async function findClusterOwner(home: string): Promise<ServerUser | undefined> {
  const found = await stat(join(pathsIn(home).folder, 'PG_VERSION')).catch(() => undefined);
  if (found === undefined || found.uid === 0) return undefined;
  const known = (await listUsers()).find((user) => user.uid === found.uid);
  return { name: known?.name ?? String(found.uid), uid: found.uid, gid: found.gid };
}

async function findServerUser(): Promise<ServerUser> {
  const users = await listUsers();
  const names = serverUserNames.map((name) => users.find((user) => user.name === name && user.uid !== 0));
  const user = names.find((found) => found !== undefined);
  if (user !== undefined) return user;
  throw new EmbeddedPostgresRefused(
    'Postgres refuses to run as root and this machine has neither a user postgres nor nobody; ' +
      'start the program as an ordinary user or set DATABASE_URL.',
  );
}

async function listUsers(): Promise<ServerUser[]> {
  const text = await readFile('/etc/passwd', 'utf8').catch(() => '');
  return text.split('\n').flatMap((line) => {
    const [name = '', , uid = '', gid = ''] = line.split(':');
    return /^\d+$/.test(uid) && /^\d+$/.test(gid) ? [{ name, uid: Number(uid), gid: Number(gid) }] : [];
  });
}

/** Whether the user may pass through every folder down to this one (x for owner, else group, else others). */
async function canEnter(folder: string, user: ServerUser): Promise<boolean> {
  const { uid, gid, mode } = await stat(folder);
  const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
  if ((mode & bit) === 0) return false;
  return dirname(folder) === folder || canEnter(dirname(folder), user);
}
