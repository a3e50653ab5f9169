import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Db } from '../../src/database.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { openDb } from '../../src/platform/db.ts';
import { resetEmbeddedPostgres, startEmbeddedPostgres } from '../../src/platform/embedded-postgres.ts';
import { readSandboxLedger } from '../../src/sandbox/ledger.ts';
import { openSandboxDb } from '../../src/sandbox/schema.ts';
import { checkOracles } from '../support/check-oracles.ts';
import { type Program, startProgram } from '../support/program.ts';
import { recordClaims } from '../support/record-claims.ts';
import { until } from '../support/scene.ts';

let dataDir: string;
let port: number;
const programs: Program[] = [];

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'verdicts-demo-'));
  // As root the server runs as another user, who must get in.
  await chmod(dataDir, 0o711);
  port = await findFreePort();
});
afterAll(async () => {
  await Promise.all(programs.map((program) => program.stop('SIGKILL')));
  await resetEmbeddedPostgres({ dataDir });
  await rm(dataDir, { recursive: true, force: true });
});

/** A process on the database of this test, paced so slowly that it can be met in mid-send. */
async function startHere(args: string[]): Promise<Program> {
  const env = { DATA_DIR: dataDir, PORT: String(port), RESEND_RATE_LIMIT: '0.5', NODE_ENV: 'test' };
  const program = await startProgram('src/cli.ts', args, env);
  programs.push(program);
  return program;
}

const runDemo = () => startHere(['demo', '--exit']);

/** Runs the demo until it has said this, presses Ctrl-C twice and asks that nothing is left of it. */
async function interruptAt(moment: string, isThere: (demo: Program) => Promise<boolean>): Promise<void> {
  const demo = await runDemo();
  await until(`the demo is at "${moment}"`, () => isThere(demo), 60);
  demo.kill('SIGINT');
  await wait(300);
  demo.kill('SIGINT');
  expect(await demo.ended, moment).toBe(1);
  expect(await isServerRunning(), `a database server is left over after "${moment}"`).toBe(false);
}

const says = (words: string) => async (demo: Program) => demo.output().includes(words);

it('`demo --exit` interrupted at any moment leaves no process, and run again it sends to everybody once', async () => {
  await interruptAt('making the database', async (demo) => demo.output() !== '');
  await withDatabase((db) => recordClaims(db));
  await interruptAt('subscribers are in', says('Subscribers: '));
  await interruptAt('approved', says('Approved issue 1.'));
  await interruptAt('in mid-send', async () => (await countMailsShown()) > 0);
  const killed = await runDemo();
  await until('it has gone on', () => says('Going on with issue 1')(killed), 60);
  await killed.stop('SIGKILL');
  const last = await runDemo();
  expect(await last.ended, last.output()).toBe(0);
  expect(last.output()).toContain('It balances');
  expect(await isServerRunning()).toBe(false);
  await expectSentOnce();
}, 300_000);

it.each([
  ['start', ['start']],
  ['a command', ['import', 'comparisons', 'src/demo/samples/week-1']],
])('%s told to stop while its database comes up leaves no process', async (_name, args) => {
  const program = await startHere(args);
  await until('its database server is there', isServerRunning, 60);
  expect(await program.stop('SIGINT')).not.toBe('SIGINT');
  expect(await isServerRunning()).toBe(false);
});

async function expectSentOnce(): Promise<void> {
  await withDatabase(async (db, url) => {
    const issues = await db.selectFrom('issues').select(['number', 'state']).execute();
    expect(issues).toEqual([{ number: 1, state: 'sent' }]);
    const sandboxDb = openSandboxDb(url);
    const logs = () => programs.map((program) => program.output()).join('\n');
    expect(await checkOracles({ ctx: { db, clock: systemClock }, sandboxDb, logs }, { isEnded: true })).toEqual([]);
    expect((await readSandboxLedger(sandboxDb)).mails.length).toBeGreaterThan(200);
    await sandboxDb.destroy();
  });
}

/** The demo's own database, while no demo runs. */
async function withDatabase(work: (db: Db, url: string) => Promise<void>): Promise<void> {
  const server = await startEmbeddedPostgres({ dataDir });
  const db: Db = openDb(server.url, { max: 2 });
  try {
    await work(db, server.url);
  } finally {
    await db.destroy();
    await server.release();
  }
}

/** Mails in the ledger, as the demo serves it; none while it does not serve. */
async function countMailsShown(): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${port}/sandbox/api/_ledger`).catch(() => undefined);
  const text = answer?.ok === true ? await answer.text() : '';
  return text.split('\n').filter((line) => line !== '').length;
}

async function isServerRunning(): Promise<boolean> {
  const lock = await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').catch(() => '');
  const pid = Number(lock.split('\n')[0]);
  if (pid === 0) return false;
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function findFreePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
