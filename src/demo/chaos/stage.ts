import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { parseConfig } from '../../config.ts';
import type { Context } from '../../context.ts';
import { openDb } from '../../platform/db.ts';
import { resetEmbeddedPostgres, startEmbeddedPostgres } from '../../platform/embedded-postgres.ts';
import { openSandboxDb } from '../../sandbox/schema.ts';
import type { SandboxDb } from '../../sandbox/tables.ts';
import { openContext } from '../../start/open-context.ts';
import { startService } from '../../start/service.ts';
import { type Child, startChild } from './child.ts';

/** A whole installation in processes of their own, so that each can be lost: database, provider, pages and workers. */
export interface Stage {
  ctx: Context;
  databaseUrl: string;
  redisUrl: string | null;
  sandboxDb: SandboxDb;
  /** The provider's stand-in, its mailbox at this address and its API below. */
  sandboxUrl: string;
  /** Where the pages are. */
  webUrl: string;
  workers: Child[];
  /** Replaces a worker that is gone. */
  startWorker(): Promise<void>;
  /** Everything the children logged. */
  logFile: string;
  end(): Promise<void>;
}

export interface StageOptions {
  /** Emptied first. */
  dataDir: string;
  workersCount: number;
  /** Variables of the program on top of the stage's own. */
  env: Record<string, string>;
  /** Requests a second the provider takes. */
  providerRate: number;
  redisUrl?: string;
}

const webhookSecret = `whsec_${Buffer.from('chaos of our own making, 32 long').toString('base64')}`;
const providerDatabase = 'provider';
type Closers = (() => Promise<unknown>)[];

/** Sets the stage; `end` it, also after a failure in the middle, which leaves nothing behind by itself. */
export async function openStage(options: StageOptions): Promise<Stage> {
  const closers: Closers = [];
  const end = async (): Promise<void> => {
    for (const close of closers.splice(0).toReversed()) await close().catch(() => {});
  };
  try {
    return { ...(await setStage(options, closers)), end };
  } catch (error) {
    await end();
    throw error;
  }
}

async function setStage(options: StageOptions, closers: Closers): Promise<Omit<Stage, 'end'>> {
  const { dataDir } = options;
  await mkdir(dataDir, { recursive: true });
  await resetEmbeddedPostgres({ dataDir });
  const postgres = await startEmbeddedPostgres({ dataDir });
  closers.push(() => postgres.release());
  const providerUrl = await makeDatabase(postgres.url, providerDatabase);
  const logFile = join(dataDir, 'chaos.log');
  await rm(logFile, { force: true });
  const log = await open(logFile, 'a', 0o600);
  closers.push(() => log.close());
  const env = environmentOf(options, postgres.url);
  const web = await startService({ ...parseConfig(env), port: 0, logLevel: 'silent' }, webOnly);
  closers.push(() => web.stop(0));
  const webUrl = `http://127.0.0.1:${web.ctx.config.port}`;
  const provider = await startChild('sandbox/serve-sandbox', providerArgs(options, { providerUrl, webUrl }), {
    env: {},
    log,
  });
  closers.push(() => provider.stop('SIGKILL'));
  const { port } = readPort(await provider.firstLine);
  const sandboxUrl = `http://127.0.0.1:${port}/sandbox`;
  env.RESEND_BASE_URL = `${sandboxUrl}/api`;
  const own = await openContext({ ...parseConfig(env), logLevel: 'silent' }, { schema: 'refuse' });
  closers.push(() => own.close());
  const sandboxDb = openSandboxDb(providerUrl, 2);
  closers.push(() => sandboxDb.destroy());
  const workers: Child[] = [];
  closers.push(() => Promise.all(workers.map((worker) => worker.stop('SIGKILL'))));
  const startWorker = async (): Promise<void> => {
    workers.push(await startChild('cli', ['work'], { env, log }));
  };
  for (let count = 0; count < options.workersCount; count += 1) await startWorker();
  const { redisUrl = null } = options;
  const places = { databaseUrl: postgres.url, redisUrl, sandboxUrl, webUrl, logFile };
  return { ...places, ctx: own.ctx, sandboxDb, workers, startWorker };
}

const webOnly = { web: true, work: false, schema: 'migrate' as const };

function environmentOf({ env, redisUrl, dataDir }: StageOptions, databaseUrl: string): Record<string, string> {
  return {
    DATABASE_URL: databaseUrl,
    ...(redisUrl === undefined ? {} : { REDIS_URL: redisUrl }),
    DATA_DIR: dataDir,
    MAIL: 'resend',
    MAIL_FROM: 'Weekly Verdicts <verdicts@example.com>',
    POSTAL_ADDRESS: '1 Sample Street, 12345 Sampleton',
    PUBLIC_URL: 'http://localhost:3000',
    SECRET: 'chaos-signs-nothing-that-anybody-keeps',
    RESEND_API_KEY: 're_chaos',
    RESEND_WEBHOOK_SECRET: webhookSecret,
    RESEND_TIMEOUT_MS: '2000',
    SWEEP_EVERY_MS: '250',
    LOG_LEVEL: 'warn',
    ...env,
  };
}

function providerArgs(
  { providerRate }: StageOptions,
  { providerUrl, webUrl }: { providerUrl: string; webUrl: string },
) {
  return [
    `--database-url=${providerUrl}`,
    `--webhook-url=${webUrl}/webhooks/resend`,
    `--webhook-secret=${webhookSecret}`,
    `--rate=${providerRate}`,
    '--log-level=error',
    '--with-parent',
  ];
}

function readPort(line: string): { port: number } {
  const port = Number(/"port":(\d+)/.exec(line)?.[1]);
  if (!Number.isInteger(port)) throw new Error(`the provider's stand-in said ${line}`);
  return { port };
}

/** A database of its own beside the product's, so that the provider's ledger shares nothing with ours but the server. */
async function makeDatabase(url: string, name: string): Promise<string> {
  const server = openDb<unknown>(url, { max: 1 });
  await sql`create database ${sql.id(name)}`.execute(server);
  await server.destroy();
  const address = new URL(url);
  address.pathname = name;
  return address.href;
}
