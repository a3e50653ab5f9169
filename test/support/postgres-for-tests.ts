import { existsSync, readFileSync, rmSync } from 'node:fs';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import type { TestProject } from 'vitest/node';
import { migrations } from '../../migrations/index.ts';
import { openDb } from '../../src/platform/db.ts';
import { resetEmbeddedPostgres, startEmbeddedPostgres } from '../../src/platform/embedded-postgres.ts';
import { migrateToLatest } from '../../src/platform/migrate.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Of the server's first database; test databases are made beside it. */
    postgresUrl: string;
  }
}

/** The migrated database that every test database is a copy of. */
const templateName = 'verdicts_template';
const folderPattern = /^verdicts-tests-(\d+)-/;

/** One server for all tests of a run. */
export default async function startPostgresForTests(project: TestProject): Promise<() => Promise<void>> {
  await removeLeftBehind();
  const dataDir = await mkdtemp(join(tmpdir(), `verdicts-tests-${process.pid}-`));
  // As root the server runs as another user, who must get in.
  await chmod(dataDir, 0o711);
  const postgres = await startEmbeddedPostgres({ dataDir, durable: false }).catch(async (error: unknown) => {
    await removeFolder(dataDir);
    throw error;
  });
  const dropAtExit = await endServerAtExit(postgres.url, dataDir);
  await makeTemplate(postgres.url);
  project.provide('postgresUrl', postgres.url);
  return async () => {
    dropAtExit();
    await postgres.release();
    await removeFolder(dataDir);
  };
}

/** An interrupted run is never torn down: its server is ended in the last moment of the process, without waiting. */
async function endServerAtExit(url: string, dataDir: string): Promise<() => void> {
  const server = openDb<unknown>(url, { max: 1 });
  const { rows } = await sql<{ folder: string }>`select current_setting('data_directory') as folder`.execute(server);
  await server.destroy();
  const lockFile = join(rows[0]?.folder ?? '', 'postmaster.pid');
  const end = (): void => {
    if (existsSync(lockFile)) process.kill(Number(readFileSync(lockFile, 'utf8').split('\n')[0]), 'SIGQUIT');
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  process.once('exit', end);
  for (const signal of signals) process.once(signal, leave);
  return () => {
    process.off('exit', end);
    for (const signal of signals) process.off(signal, leave);
  };
}

function leave(): void {
  process.exit(130);
}

async function makeTemplate(url: string): Promise<void> {
  const server = openDb<unknown>(url, { max: 1 });
  await sql`create database ${sql.id(templateName)}`.execute(server);
  await server.destroy();
  const address = new URL(url);
  address.pathname = templateName;
  const template = openDb<unknown>(address.href, { max: 2 });
  await migrateToLatest(template, migrations);
  await template.destroy();
}

/** Runs that were killed leave their server and folder behind. */
async function removeLeftBehind(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = Number(folderPattern.exec(name)?.[1] ?? 0);
    if (pid > 0 && !isRunning(pid)) await removeFolder(join(tmpdir(), name)).catch(() => {});
  }
}

async function removeFolder(dataDir: string): Promise<void> {
  await resetEmbeddedPostgres({ dataDir });
  await rm(dataDir, { recursive: true, force: true });
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
