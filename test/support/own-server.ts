import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Kysely, sql } from 'kysely';
import { migrations } from '../../migrations/index.ts';
import type { Db } from '../../src/database.ts';
import { openDb } from '../../src/platform/db.ts';
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres.ts';
import { findBinaries } from '../../src/platform/embedded-postgres/binaries.ts';
import { findPlace } from '../../src/platform/embedded-postgres/place.ts';
import { serverSpawnOptions } from '../../src/platform/embedded-postgres/processes.ts';
import { migrateToLatest } from '../../src/platform/migrate.ts';
import { until } from './scene.ts';
import type { TestDatabase } from './test-database.ts';

/** A Postgres server of one test file, which may be treated badly. It writes as carefully as a real one. */
export interface OwnServer {
  /** Its one database, migrated. */
  database: TestDatabase;
  /** Where its files are. */
  folder: string;
  /** Ends the server and has it again at the same address: `crash` leaves it to recover, `fast` ends sessions first. */
  restart(how: 'crash' | 'fast'): Promise<void>;
  /** A standby of it that has all of the moment; answers where it is. It ends with the server. */
  startStandby(): Promise<string>;
  end(): Promise<void>;
}

/** Starts a server; end it in an after hook. */
export async function startOwnServer(): Promise<OwnServer> {
  // The name lets a later run remove what a killed one left behind.
  const dataDir = await mkdtemp(join(tmpdir(), `verdicts-tests-${process.pid}-`));
  await chmod(dataDir, 0o711);
  const server = await startEmbeddedPostgres({ dataDir });
  const unlimited = openDb<unknown>(server.url, { max: 2, limits: 'none' });
  await migrateToLatest(unlimited, migrations);
  await unlimited.destroy();
  const db: Db = openDb(server.url, { max: 5, applicationName: 'test' });
  const { rows } = await sql<{ folder: string }>`select current_setting('data_directory') as folder`.execute(db);
  const folder = rows[0]?.folder ?? '';
  const standbys: Standby[] = [];
  return {
    database: { db, url: server.url, drop: () => db.destroy() },
    folder,
    async restart(how) {
      const pid = await readPid(folder);
      process.kill(pid, how === 'crash' ? 'SIGQUIT' : 'SIGINT');
      await until('another server answers', async () => (await readPid(folder).catch(() => pid)) !== pid, 60);
      await until('it takes queries', () => answers(db), 60);
    },
    async startStandby() {
      const standby = await copyServer(dataDir, folder, db);
      standbys.push(standby);
      const url = new URL(server.url);
      url.port = String(standby.port);
      const standbyDb = openDb<unknown>(url.href, { max: 1 });
      await until('the standby answers', () => answers(standbyDb), 60);
      await standbyDb.destroy();
      return url.href;
    },
    async end() {
      for (const standby of standbys) await standby.stop();
      await server.release();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** The server's process. */
export async function readPid(folder: string): Promise<number> {
  return Number((await readFile(join(folder, 'postmaster.pid'), 'utf8')).split('\n')[0]);
}

interface Standby {
  port: number;
  stop(): Promise<void>;
}

/** Copies the files of a running server and has them served as a standby that no primary feeds. */
async function copyServer(dataDir: string, folder: string, db: Db): Promise<Standby> {
  const place = await findPlace(dataDir, await findBinaries());
  const copy = `${folder}-standby`;
  const label = await db.connection().execute(async (connection) => {
    await sql`select pg_backup_start('standby', fast => true)`.execute(connection);
    await cp(folder, copy, { recursive: true, filter: (path) => !path.endsWith('postmaster.pid') });
    const { rows } = await sql<{
      labelfile: string;
    }>`select labelfile from pg_backup_stop(wait_for_archive => false)`.execute(connection);
    return rows[0]?.labelfile ?? '';
  });
  // What was written during the copying is in the log files, which are copied last.
  await cp(join(folder, 'pg_wal'), join(copy, 'pg_wal'), { recursive: true });
  await writeFile(join(copy, 'backup_label'), label);
  await writeFile(join(copy, 'standby.signal'), '');
  if (place.user !== undefined) await giveAll(copy, place.user);
  const port = await findFreePort();
  const set = { port, listen_addresses: '127.0.0.1', unix_socket_directories: '', max_connections: 200 };
  const args = Object.entries({ ...set, track_commit_timestamp: 'on' }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
  const child = spawn(place.binaries.postgres, ['-D', copy, ...args], {
    ...serverSpawnOptions(place.user),
    stdio: 'ignore',
  });
  const ended = once(child, 'close');
  return {
    port,
    async stop() {
      child.kill('SIGINT');
      await ended;
    },
  };
}

async function giveAll(folder: string, { uid, gid }: { uid: number; gid: number }): Promise<void> {
  const names = await readdir(folder, { recursive: true });
  await Promise.all([folder, ...names.map((name) => join(folder, name))].map((path) => chown(path, uid, gid)));
}

async function findFreePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function answers<T>(db: Kysely<T>): Promise<boolean> {
  return sql`select 1`.execute(db).then(
    () => true,
    () => false,
  );
}
