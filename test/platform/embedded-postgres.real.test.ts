import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDb } from '../../src/platform/db.ts';
import {
  type EmbeddedPostgres,
  resetEmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../src/platform/embedded-postgres.ts';

let parent: string;
let dataDir: string;
const children: ChildProcessWithoutNullStreams[] = [];

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'verdicts-embedded-'));
  await chmod(parent, 0o711);
  // Nothing in a folder's name may matter.
  dataDir = join(parent, `it's a "folder" $HOME é`);
});

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await resetEmbeddedPostgres({ dataDir }).catch(() => {});
  await rm(parent, { recursive: true, force: true });
});

test('what was written is there again after a stop and a start', async () => {
  const first = await start();
  await query(first, 'create table kept as select 1 as one');
  await first.release();
  const again = await start();
  expect(again.adopted).toBe(false);
  expect(await query(again, 'select one from kept')).toEqual([{ one: 1 }]);
  await again.release();
  expect(await isUp(again)).toBe(false);
});

test('the server takes nobody in without its password, and listens on this machine alone', async () => {
  const server = await start();
  const wrong = { ...server, url: server.url.replace(/:[0-9a-f]+@/, ':guess@') };
  await expect(query(wrong, 'select 1')).rejects.toMatchObject({ code: '28P01' });
  const shown = await query(
    server,
    `select current_setting('listen_addresses') as addresses,
    current_setting('unix_socket_directories') as sockets, current_setting('server_encoding') as encoding,
    (select datcollate from pg_database where datname = current_database()) as locale`,
  );
  expect(shown).toEqual([{ addresses: '127.0.0.1', sockets: '', encoding: 'UTF8', locale: 'C' }]);
  expect((await stat(join(dataDir, 'postgres', 'postgres-password'))).mode & 0o077).toBe(0);
  await server.release();
});

test('Ctrl-C in the terminal of its starter does not reach the server', async () => {
  const user = await startUser({ detached: true });
  process.kill(-(user.child.pid ?? 0), 'SIGINT');
  expect(await query(user, 'select 1 as one')).toEqual([{ one: 1 }]);
  await user.release();
  expect(await isUp(user)).toBe(false);
});

test('the server of a starter that was killed is adopted, and stopped at the end of the adopter', async () => {
  const user = await startUser();
  user.child.kill('SIGKILL');
  await once(user.child, 'exit');
  const adopter = await start();
  expect(adopter).toMatchObject({ adopted: true, port: user.port });
  await adopter.release();
  expect(await isUp(adopter)).toBe(false);
});

test('of two processes the one that ends last stops the server, whoever started it', async () => {
  const [first, second] = [await startUser(), await startUser()];
  expect([first.adopted, second.adopted, second.port]).toEqual([false, true, first.port]);
  await first.release();
  expect(await query(second, 'select 1 as one')).toEqual([{ one: 1 }]);
  await second.release();
  expect(await isUp(second)).toBe(false);
});

test('three that start at once on an empty folder share one server', async () => {
  const users = await Promise.all([startUser(), startUser(), startUser()]);
  expect(new Set(users.map((user) => user.port)).size).toBe(1);
  expect(users.filter((user) => !user.adopted)).toHaveLength(1);
  await Promise.all(users.map((user) => user.release()));
  expect(await Promise.all(users.map(isUp))).toEqual([false, false, false]);
});

test('one that arrives while the last one leaves gets a server that stays', async () => {
  for (let round = 0; round < 3; round += 1) {
    const leaving = await start();
    const [arriving] = await Promise.all([start(), leaving.release()]);
    expect(await query(arriving, 'select 1 as one')).toEqual([{ one: 1 }]);
    await arriving.release();
  }
});

test('a server that dies under us is back at the same address with what was committed', async () => {
  const server = await start({ durable: true });
  await query(server, 'create table kept as select 1 as one');
  process.kill(await readServerPid(), 'SIGKILL');
  await expect.poll(() => isUp(server), { timeout: 30_000 }).toBe(true);
  expect(await query(server, 'select one from kept')).toEqual([{ one: 1 }]);
  await server.release();
  expect(await isUp(server)).toBe(false);
});

test('a lock file without a living server behind it is no obstacle', async () => {
  const server = await start();
  const lockFile = join(dataDir, 'postgres', 'postmaster.pid');
  const lock = await readFile(lockFile, 'utf8');
  await server.release();
  const { uid, gid } = await stat(join(dataDir, 'postgres'));
  const sleeper = spawn('sleep', ['60'], process.getuid?.() === 0 ? { uid, gid } : {});
  // Empty, a process long gone, another program of the same user, not a number at all.
  for (const first of ['', '999999999', String(sleeper.pid), 'x']) {
    await writeFile(lockFile, first === '' ? '' : lock.replace(/^\d+/, first));
    const again = await start();
    expect(again.adopted).toBe(false);
    await again.release();
  }
  sleeper.kill();
});

test('our own lock left by a killed process, or empty, is no obstacle', async () => {
  await mkdir(dataDir);
  await writeFile(join(dataDir, 'postgres.lock'), '999999999');
  await (await start()).release();
  expect(await readdir(dataDir)).not.toContain('postgres.lock');
});

test('a making that was interrupted leaves nothing that disturbs the next', async () => {
  const half = join(dataDir, 'postgres-half-made-0');
  await mkdir(half, { recursive: true });
  await writeFile(join(half, 'PG_VERSION'), '18');
  await (await start()).release();
  expect((await readdir(dataDir)).sort()).toEqual(['postgres', 'postgres.log']);
});

test('a folder of another version is refused with both versions, the folder and the mend, and left alone', async () => {
  const folder = join(dataDir, 'postgres');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'PG_VERSION'), '15\n');
  await expect(start()).rejects.toMatchObject({
    name: 'EmbeddedPostgresRefused',
    sentence: expect.stringMatching(/folder.*made by Postgres 15.*Postgres 18.*demo -- --reset/),
  });
  expect(await readdir(folder)).toEqual(['PG_VERSION']);
});

test('a file where the folder should be, and a folder of something else, are refused', async () => {
  await writeFile(dataDir, '');
  await expect(start()).rejects.toMatchObject({ sentence: expect.stringContaining('is not a folder') });
  await rm(dataDir);
  await mkdir(join(dataDir, 'postgres', 'photos'), { recursive: true });
  await expect(start()).rejects.toMatchObject({ sentence: expect.stringContaining('no Postgres data folder') });
});

test('a lost password file is refused with its name', async () => {
  await (await start()).release();
  await rm(join(dataDir, 'postgres', 'postgres-password'));
  await expect(start()).rejects.toMatchObject({ sentence: expect.stringContaining('postgres-password is missing') });
});

test('a folder closed to others is used by its owner; root is told where the data went instead', async () => {
  await chmod(parent, 0o700);
  const server = await start();
  const isRoot = process.getuid?.() === 0;
  expect(server.note ?? '').toMatch(isRoot ? /lies in \/var\/tmp\/weekly-verdicts-[0-9a-f]{8}, because/ : /^$/);
  const home = server.note?.match(/\/var\/tmp\/[\w-]+/)?.[0] ?? dataDir;
  expect(await readdir(home)).toContain('postgres');
  await server.release();
  await resetEmbeddedPostgres({ dataDir });
  expect(await readdir(home).catch(() => [])).not.toContain('postgres');
});

test('a reset stops the server and deletes the database, and nothing else in the folder', async () => {
  const server = await startUser();
  await writeFile(join(dataDir, 'mailbox.json'), '{}');
  await resetEmbeddedPostgres({ dataDir });
  expect(await isUp(server)).toBe(false);
  // Its user looks for the lost server, under the lock of the folder, which is there for that moment.
  await expect.poll(() => readdir(dataDir)).toEqual(['mailbox.json']);
  await server.release();
});

test('a server whose folder was deleted under it is ended all the same', async () => {
  const server = await start();
  const pid = await readServerPid();
  await rm(dataDir, { recursive: true });
  await server.release();
  await expect.poll(() => isAlive(pid), { timeout: 30_000 }).toBe(false);
  expect(await readdir(parent)).toEqual([]);
});

async function start({ durable } = { durable: false }): Promise<EmbeddedPostgres> {
  return startEmbeddedPostgres({ dataDir, durable });
}

/** Another process that uses the server. */
async function startUser(options: { detached?: boolean } = {}) {
  const script = join(import.meta.dirname, '../support/embedded-postgres-user.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', script, dataDir], options);
  children.push(child);
  let words = '';
  child.stderr.on('data', (chunk: Buffer) => (words += chunk.toString()));
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString()));
    child.once('exit', () => reject(new Error(`the process ended: ${words}`)));
  });
  const started: Pick<EmbeddedPostgres, 'url' | 'port' | 'adopted'> = JSON.parse(line);
  const release = async (): Promise<void> => {
    const ended = once(child, 'exit');
    child.stdin.write('release\n');
    expect(await ended).toEqual([0, null]);
  };
  return { ...started, child, release };
}

async function query({ url }: { url: string }, text: string): Promise<unknown[]> {
  const db = openDb<unknown>(url, { max: 1 });
  try {
    return (await sql.raw(text).execute(db)).rows;
  } finally {
    await db.destroy();
  }
}

async function isUp(server: { url: string }): Promise<boolean> {
  return query(server, 'select 1').then(
    () => true,
    () => false,
  );
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function readServerPid(): Promise<number> {
  return Number((await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0]);
}
