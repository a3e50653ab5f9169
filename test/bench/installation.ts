import type { ChildProcess } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { sql } from 'kysely';
import { parseConfig } from '../../src/config.ts';
import { importComparison } from '../../src/comparisons/import-comparison.ts';
import { approveIssue } from '../../src/issues/approve-issue.ts';
import { composeIssue } from '../../src/issues/compose-issue.ts';
import { isRefusal, type Refusal } from '../../src/platform/refusal.ts';
import { hashAddress } from '../../src/suppressions/address.ts';
import { openContext, type Opened } from '../../src/start/open-context.ts';
import { type StartOptions, startProduct, stop } from './processes.ts';

export const webhookSecret = 'whsec_YmVuY2gtYmVuY2gtYmVuY2gtYmVuY2gtYmVuY2g=';

/** A whole installation of the product, its provider the sink. */
export interface Installation {
  opened: Opened;
  env: Record<string, string>;
  /** Composes and approves one more issue of the same comparisons; answers its number. */
  approve(): Promise<number>;
  /** Starts processes of the product and waits until each says that it runs. */
  run(command: 'work' | 'serve', count: number, more?: StartOptions): Promise<ChildProcess[]>;
  end(): Promise<void>;
}

export interface InstallationOptions {
  databaseUrl: string;
  sinkPort: number;
  subscribers: number;
  env?: Record<string, string>;
}

/** Sets an installation up: schema, the samples' comparisons, subscribers by SQL. */
export async function openInstallation(options: InstallationOptions): Promise<Installation> {
  const env: Record<string, string> = {
    DATABASE_URL: options.databaseUrl,
    MAIL: 'resend',
    MAIL_FROM: 'Weekly Verdicts <verdicts@example.com>',
    POSTAL_ADDRESS: '1 Bench Street, 12345 Benchton',
    PUBLIC_URL: 'https://verdicts.example.com',
    SECRET: 'a-secret-of-the-bench-a-secret-of-the-bench',
    RESEND_API_KEY: 're_bench',
    RESEND_WEBHOOK_SECRET: webhookSecret,
    RESEND_BASE_URL: `http://127.0.0.1:${options.sinkPort}`,
    RESEND_RATE_LIMIT: '0',
    LOG_LEVEL: 'warn',
    ...options.env,
  };
  const opened = await openContext(parseConfig(env), { schema: 'migrate' });
  // The whole audience at once: a canary's wait says nothing about speed.
  await opened.ctx.db.updateTable('schedules').set({ canaryPercent: 0 }).execute();
  await importSamples(opened);
  await insertSubscribers(opened, options.subscribers);
  const running: ChildProcess[] = [];
  return {
    opened,
    env,
    approve: () => approveAgain(opened),
    async run(command, count, { env: more = {}, nodeArgs = [] } = {}) {
      const starting = Array.from({ length: count }, () =>
        startProduct([command], { env: { ...env, ...more }, nodeArgs }),
      );
      const processes = await Promise.all(starting);
      running.push(...processes);
      return processes;
    },
    async end() {
      await Promise.all(running.map(stop));
      await opened.close();
    },
  };
}

const pagesFolder = new URL('../../src/demo/samples/', import.meta.url);

async function importSamples({ ctx }: Opened): Promise<void> {
  for (const week of ['week-1/', 'week-2/']) {
    const folder = new URL(week, pagesFolder);
    for (const name of (await readdir(folder)).toSorted())
      unwrap(await importComparison(ctx, { text: await readFile(new URL(name, folder), 'utf8'), source: name }));
  }
}

const chunkSize = 10_000;

/** `reader-1@example.com` and so on, active, consent recorded; a third with a name. */
async function insertSubscribers({ ctx }: Opened, count: number): Promise<void> {
  for (let first = 1; first <= count; first += chunkSize) {
    const numbers = Array.from({ length: Math.min(chunkSize, count - first + 1) }, (_, index) => first + index);
    const hashes = numbers.map((number) => hashAddress(ctx.pepper, `reader-${number}@example.com`));
    await sql`
      with made as (
        insert into subscribers (address, address_hash, name, state, created_at, confirmed_at)
        select 'reader-' || n || '@example.com', hash, case when n % 3 = 0 then 'Reader Number ' || n end, 'active',
          now() - interval '100 days', now() - interval '100 days'
        from unnest(${numbers}::integer[], ${hashes}::text[]) as t (n, hash) returning id, confirmed_at)
      insert into consents (subscriber_id, kind, at, source, method)
      select id, 'confirmed', confirmed_at, 'bench', 'import' from made`.execute(ctx.db);
  }
  // What the set-up leaves to be tidied up is no cost of a send.
  await sql`vacuum analyze`.execute(ctx.db);
  await sql`checkpoint`.execute(ctx.db);
}

async function approveAgain({ ctx }: Opened): Promise<number> {
  await ctx.db.deleteFrom('picks').execute();
  const composed = unwrap(await composeIssue(ctx, { by: 'bench' }));
  if ('skipped' in composed) throw new Error('nothing to compose');
  const number = composed.issue.number ?? 0;
  unwrap(await approveIssue(ctx, { number, by: 'bench' }));
  return number;
}

/** The result; a refusal ends the bench with its sentence. */
export function unwrap<Result>(result: Result | Refusal): Exclude<Result, Refusal> {
  if (isRefusal(result)) throw new Error(result.sentence);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it has just been checked
  return result as Exclude<Result, Refusal>;
}
