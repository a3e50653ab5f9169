import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Place } from './place.ts';
import { runProgram } from './processes.ts';
import { codeOf, EmbeddedPostgresRefused, isDenied } from './refused.ts';

/** The one role of an embedded server: it owns everything in it. */
export const roleName = 'verdicts';
const passwordName = 'postgres-password';
const passwordBytes = 24;
const halfDoneName = 'postgres-half-made-';

export interface ClusterOptions {
  durable: boolean;
  say?: (sentence: string) => void;
}

/** Makes the data folder unless it is there; refused when it is another version's or not Postgres' at all. */
export async function ensureCluster(place: Place, options: ClusterOptions): Promise<void> {
  const version = await readFile(join(place.folder, 'PG_VERSION'), 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw ownedByOther(place, error);
  });
  if (version === undefined) {
    await refuseForeignContent(place);
    options.say?.(`Making a database in ${place.folder}.`);
    return makeCluster(place, options.durable);
  }
  if (version.trim() !== place.binaries.major) {
    throw new EmbeddedPostgresRefused(
      `The database in ${place.folder} was made by Postgres ${version.trim()}, this program brings Postgres ` +
        `${place.binaries.major}; start afresh with "npm run demo -- --reset" or move that folder away.`,
    );
  }
  const { uid } = await stat(place.folder);
  if (uid !== (place.user?.uid ?? process.getuid?.() ?? uid)) throw ownedByOther(place, undefined);
}

/** The role's password; other users of this machine can reach the port, but cannot read this file. */
export async function readPassword(place: Place): Promise<string> {
  const file = join(place.folder, passwordName);
  const password = await readFile(file, 'utf8').catch((error: unknown) => {
    if (codeOf(error) !== 'ENOENT') throw ownedByOther(place, error);
    return '';
  });
  if (password.trim() !== '') return password.trim();
  throw new EmbeddedPostgresRefused(
    `The password file ${file} is missing; put it back, or start afresh with "npm run demo -- --reset".`,
  );
}

/** Everything happens in a folder beside and is renamed at the end: a crash in the middle leaves no half-made database. */
async function makeCluster(place: Place, durable: boolean): Promise<void> {
  await removeHalfMade(place.home);
  const half = join(place.home, halfDoneName + randomBytes(4).toString('hex'));
  const secretFile = `${half}.password`;
  const password = randomBytes(passwordBytes).toString('hex');
  await mkdir(half, { mode: 0o700 });
  await chmod(half, 0o700);
  await writeFile(secretFile, password, { mode: 0o600 });
  for (const path of [half, secretFile]) await giveTo(place, path);
  const args = [`--pgdata=${half}`, `--username=${roleName}`, `--pwfile=${secretFile}`, '--auth=scram-sha-256'];
  args.push('--encoding=UTF8', '--locale=C', ...(durable ? [] : ['--no-sync']));
  const { status, words } = await runProgram(place.binaries.initdb, args, place.user);
  if (status !== 0) {
    await removeHalfMade(place.home);
    const reason = words.split('\n').find((line) => /error|fatal|could not/i.test(line)) ?? words.split('\n').at(-1);
    throw new EmbeddedPostgresRefused(
      `The database could not be made in ${place.home}: ${reason ?? 'initdb was killed'}`,
    );
  }
  await rename(secretFile, join(half, passwordName));
  await rename(half, place.folder);
}

async function giveTo({ user }: Place, path: string): Promise<void> {
  if (user !== undefined) await chown(path, user.uid, user.gid);
}

/** Removes what an interrupted making left behind. */
export async function removeHalfMade(home: string): Promise<void> {
  const names = await readdir(home).catch((): string[] => []);
  for (const name of names.filter((entry) => entry.startsWith(halfDoneName))) {
    await rm(join(home, name), { recursive: true, force: true });
  }
}

async function refuseForeignContent({ folder }: Place): Promise<void> {
  const names = await readdir(folder).catch((error: unknown): string[] => {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  });
  if (names.length === 0) return;
  throw new EmbeddedPostgresRefused(
    `${folder} has files in it but is no Postgres data folder; move it away or set DATA_DIR to another folder.`,
  );
}

function ownedByOther({ folder }: Place, cause: unknown): unknown {
  if (cause !== undefined && !isDenied(cause)) return cause;
  return new EmbeddedPostgresRefused(
    `The database in ${folder} belongs to another user; start the program as that user, hand the folder over with ` +
      'chown -R, or set DATA_DIR to another folder.',
    { cause },
  );
}
