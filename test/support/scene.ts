import { readFile, readdir } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { parseConfig, type Config } from '../../src/config.ts';
import type { Context } from '../../src/context.ts';
import { importComparison } from '../../src/comparisons/import-comparison.ts';
import { type Account, accountIssue } from '../../src/deliveries/account-issue.ts';
import { beginSending } from '../../src/deliveries/begin-sending.ts';
import { approveIssue } from '../../src/issues/approve-issue.ts';
import { composeIssue } from '../../src/issues/compose-issue.ts';
import { findIssueNamed } from '../../src/issues/find-issue.ts';
import { isRefusal, type Refusal } from '../../src/platform/refusal.ts';
import { openSandboxDb } from '../../src/sandbox/schema.ts';
import type { SandboxDb } from '../../src/sandbox/tables.ts';
import { type Service, startService } from '../../src/start/service.ts';
import { importSubscribers } from '../../src/subscribers/import-subscribers.ts';
import { type Program, startProgram } from './program.ts';
import { queueVariables } from './queue-backend.ts';
import { recordClaims } from './record-claims.ts';
import { createTestDatabase, type TestDatabase } from './test-database.ts';

export const webhookSecret = 'whsec_dGVzdC10ZXN0LXRlc3QtdGVzdC10ZXN0LXRlc3Q=';

export interface SceneOptions {
  /** Active subscribers `reader-1@example.com`...; 250 unless told, which is three batches. */
  readers?: number;
  /** Further rows of the subscriber file. */
  rows?: string[];
  /** Requests a second the sandbox takes. */
  providerRate?: number;
  /** On top of the configuration of every process. */
  env?: Record<string, string>;
  /** The product's database, where the test has made one of its own. */
  database?: TestDatabase;
}

/** A whole installation for one test: its database, the provider's stand-in in a process of its own, and a place for webhooks. */
export interface Scene {
  ctx: Context;
  env: Record<string, string>;
  sandboxDb: SandboxDb;
  sandboxUrl: string;
  /** Where this installation's pages are served, in the test's own process. */
  webUrl: string;
  /** Composes and approves the next issue; answers its number. */
  approve(): Promise<number>;
  /** Freezes it: from now on workers send. */
  send(number: number): Promise<string>;
  /** A process of the product with this configuration, such as `['work']`. */
  run(args: string[], env?: Record<string, string>): Promise<Program>;
  /** Workers in the test's own process. */
  work(change?: Partial<Config>): Promise<Service>;
  /** Adds a fault; see src/sandbox/fault-rule.ts. */
  fault(rule: object): Promise<void>;
  clearFaults(): Promise<void>;
  account(number: number): Promise<Account>;
  /** What every process has logged so far. */
  logs(): string;
  end(): Promise<void>;
}

/** Opens a scene; end it in a `finally` or after hook, which stops every process of it. */
export async function openScene(options: SceneOptions = {}): Promise<Scene> {
  const product = options.database ?? (await createTestDatabase());
  await recordClaims(product.db);
  const provider = await createTestDatabase();
  const programs: Program[] = [];
  const services: Service[] = [];
  const env: Record<string, string> = {
    DATABASE_URL: product.url,
    NODE_ENV: 'test',
    MAIL: 'resend',
    MAIL_FROM: 'Verdicts <verdicts@example.com>',
    POSTAL_ADDRESS: '1 Test Street, Testville',
    PUBLIC_URL: 'http://localhost:1',
    SECRET: 'a-secret-for-tests-a-secret-for-tests',
    RESEND_API_KEY: 're_test',
    RESEND_WEBHOOK_SECRET: webhookSecret,
    RESEND_TIMEOUT_MS: '1500',
    RESEND_RATE_LIMIT: '0',
    SWEEP_EVERY_MS: '100',
    LOG_LEVEL: 'info',
    ...queueVariables(),
    ...options.env,
  };
  const quiet = (change: Partial<Config>): Config => ({ ...parseConfig(env), logLevel: 'silent', ...change });
  const web = await startService(quiet({ port: 0 }), { web: true, work: false, schema: 'refuse' });
  services.push(web);
  const webUrl = `http://127.0.0.1:${web.ctx.config.port}`;
  const sandbox = await startProgram('src/sandbox/serve-sandbox.ts', [
    `--database-url=${provider.url}`,
    `--webhook-url=${webUrl}/webhooks/resend`,
    `--webhook-secret=${webhookSecret}`,
    `--rate=${options.providerRate ?? 1000}`,
    '--event-delay-ms=50',
  ]);
  programs.push(sandbox);
  const port = Number(/"port":(\d+)/.exec(await sandbox.firstLine)?.[1]);
  const sandboxUrl = `http://127.0.0.1:${port}/sandbox`;
  env.RESEND_BASE_URL = `${sandboxUrl}/api`;
  const own = await startService(quiet({}), { web: false, work: false, schema: 'refuse' });
  services.push(own);
  const { ctx } = own;
  const sandboxDb = openSandboxDb(provider.url);
  await fillScene(ctx, options);
  const control = async (method: string, body?: object): Promise<void> => {
    const answer = await fetch(`${sandboxUrl}/api/_control/faults`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`the sandbox refused the fault: ${await answer.text()}`);
  };
  return {
    ctx,
    env,
    sandboxDb,
    sandboxUrl,
    webUrl,
    async approve() {
      const composed = unwrap(await composeIssue(ctx, { by: 'test' }));
      if ('skipped' in composed) throw new Error('nothing to compose');
      const number = composed.issue.number ?? 0;
      unwrap(await approveIssue(ctx, { number, by: 'test' }));
      return number;
    },
    send: async (number) => unwrap(await beginSending(ctx, { number, by: 'test' })).id,
    async run(args, more = {}) {
      const program = await startProgram('src/cli.ts', args, { ...env, ...more });
      programs.push(program);
      return program;
    },
    async work(change = {}) {
      const service = await startService(quiet(change), { web: false, work: true, schema: 'refuse' });
      services.push(service);
      return service;
    },
    fault: (rule) => control('POST', rule),
    clearFaults: () => control('DELETE'),
    account: async (number) => accountIssue(ctx.db, unwrap(await findIssueNamed(ctx.db, number)), ctx.clock.now()),
    logs: () => programs.map((program) => program.output()).join('\n'),
    async end() {
      await Promise.all(programs.filter((program) => program !== sandbox).map((program) => program.stop('SIGKILL')));
      for (const service of services.toReversed()) await service.stop(2_000);
      await sandbox.stop('SIGKILL');
      await sandboxDb.destroy();
      await product.drop();
      await provider.drop();
    },
  };
}

const pagesFolder = new URL('../../src/demo/samples/week-1/', import.meta.url);

async function fillScene(ctx: Context, { readers = 250, rows = [] }: SceneOptions): Promise<void> {
  for (const name of (await readdir(pagesFolder)).sort()) {
    unwrap(await importComparison(ctx, { text: await readFile(new URL(name, pagesFolder), 'utf8'), source: name }));
  }
  const lines = Array.from(
    { length: readers },
    (_, index) => `reader-${index + 1}@example.com,,active,,,2026-01-05,test`,
  );
  const file = ['email,name,status,timeZone,topics,confirmedAt,consentSource', ...lines, ...rows].join('\n');
  unwrap(await importSubscribers(ctx, { bytes: bytesOf(file) }));
}

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

/** The result; a refusal fails the test with its sentence. */
export function unwrap<Result>(result: Result | Refusal): Exclude<Result, Refusal> {
  if (isRefusal(result)) throw new Error(`refused: ${result.sentence}`);
  return result as Exclude<Result, Refusal>;
}

/** Waits until a process has said it: what it wrote down in the database may be seen sooner than its words. */
export async function untilSaid(program: Pick<Program, 'output'>, words: string): Promise<void> {
  await until(`it says: ${words}`, async () => program.output().includes(words));
}

/** Waits until the condition holds; fails after `seconds` with what was waited for. */
export async function until(what: string, holds: () => Promise<boolean>, seconds = 60): Promise<void> {
  const end = performance.now() + seconds * 1000;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`waited ${seconds} s in vain until ${what}`);
    await wait(50);
  }
}
