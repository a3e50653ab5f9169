import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readFileSync, rmSync } from 'node:fs';
import { sql } from 'kysely';
import { openDb } from '../../src/platform/db.ts';
import { resetEmbeddedPostgres, startEmbeddedPostgres } from '../../src/platform/embedded-postgres.ts';

/** A Postgres server of the bench's own: ordinary durability, in a folder that is removed at the end. */
export interface Place {
  url: string;
  /** Removed with all it holds at the end, however that comes. */
  folder: string;
  /** Its first process, the parent of all others. */
  postmaster: number;
  /** Makes an empty database and answers its URL. */
  createDatabase(name: string): Promise<string>;
  end(): Promise<void>;
}

/** Starts the server; end it in a `finally`. An interrupted bench ends it too. */
export async function openPlace(): Promise<Place> {
  const dataDir = await mkdtemp(join(tmpdir(), 'verdicts-bench-'));
  // As root the server runs as another user, who must get in.
  await chmod(dataDir, 0o711);
  const postgres = await startEmbeddedPostgres({ dataDir });
  const postmaster = await readPostmaster(postgres.url);
  // An interrupted bench has no time to wait: the server is ended in the last moment of the process.
  const endAtOnce = () => {
    process.kill(postmaster, 'SIGQUIT');
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
  };
  process.once('exit', endAtOnce);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));
  const end = async () => {
    await postgres.release();
    await resetEmbeddedPostgres({ dataDir });
    await rm(dataDir, { recursive: true, force: true });
    process.off('exit', endAtOnce);
  };
  return {
    url: postgres.url,
    folder: dataDir,
    postmaster,
    async createDatabase(name) {
      const server = openDb<unknown>(postgres.url, { max: 1 });
      await sql`create database ${sql.id(name)}`.execute(server);
      await server.destroy();
      const address = new URL(postgres.url);
      address.pathname = name;
      return address.href;
    },
    end,
  };
}

async function readPostmaster(url: string): Promise<number> {
  const server = openDb<unknown>(url, { max: 1 });
  const { rows } = await sql<{ folder: string }>`select current_setting('data_directory') as folder`.execute(server);
  await server.destroy();
  return Number(readFileSync(join(rows[0]?.folder ?? '', 'postmaster.pid'), 'utf8').split('\n')[0]);
}
