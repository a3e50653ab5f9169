import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { watchIssue } from '../../src/cli/send-issue.ts';
import type { Database, Db } from '../../src/database.ts';
import { openDb } from '../../src/platform/db.ts';
import { Failure } from '../../src/start/failure.ts';
import { watchSignals } from '../../src/start/stop-on-signal.ts';
import { type OwnServer, startOwnServer } from '../support/own-server.ts';
import type { Program } from '../support/program.ts';
import { openScene, type Scene, until } from '../support/scene.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { countMailsTaken, expectWhole } from './crashing.ts';
import { approveAgain, getIssueNamed, pauseWebhooks } from './sending.ts';
import { freezeInto } from './small-batches.ts';

const readers = 60;
const away = 'The database does not answer; what was begun goes on by itself when it does; trying again.';
const back = 'The database answers again.';
let server: OwnServer;
let scene: Scene;
/** The line of one process to the database. */
let line: TcpProxy;
let lineUrl: string;
beforeAll(async () => {
  server = await startOwnServer();
  scene = await openScene({ readers, database: server.database, env: { RESEND_TIMEOUT_MS: '60000' } });
  await pauseWebhooks(scene, true);
  const url = new URL(server.database.url);
  line = await startTcpProxy(Number(url.port));
  url.port = String(line.port);
  lineUrl = url.href;
});
afterEach(async () => {
  line.restore();
  await scene.clearFaults();
});
afterAll(async () => {
  await line?.end();
  await scene?.end();
  await server?.end();
});

/** Approves and freezes an issue into twelve batches; the provider takes the first ones and keeps its answers back. */
async function freezeKept(): Promise<number> {
  const number = await approveAgain(scene);
  await freezeInto(scene, number, 5);
  await scene.fault({ match: { path: '/emails/batch', times: 'always' }, action: { kind: 'hold' } });
  return number;
}

const isTaken = async (number: number) => (await countMailsTaken(scene, number)) > 0;
const countOf = (words: string, program: Program) => program.output().split(words).length - 1;

/** Whoever has called is gone. */
async function endLeases(): Promise<void> {
  await scene.ctx.db.updateTable('batches').set({ leaseUntil: new Date() }).where('state', '=', 'calling').execute();
}

/** It says so, and shows no stack trace. */
function expectTold(program: Program, words: string): void {
  expect(program.output()).toContain(words);
  expect(program.output()).not.toMatch(/^ +at /m);
}

/** Whether a session waits for what another one has locked. */
async function isAnyWaiting(db: Db): Promise<boolean> {
  const { rows } = await sql`
    select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(db);
  return rows.length > 0;
}

async function send(number: number, env: Record<string, string> = {}): Promise<Program> {
  return scene.run(['issue', 'send', String(number), '--json'], env);
}

describe('33. the database goes away while `issue send` runs', () => {
  it('and comes back: it says both once and sends to the end', async () => {
    const number = await freezeKept();
    const sender = await send(number, { DATABASE_URL: lineUrl });
    await until('somebody has theirs', () => isTaken(number), 60);
    line.cut();
    await until('it says that the database is away', async () => sender.output().includes(away), 60);
    line.restore();
    await until('it says that the database is back', async () => sender.output().includes(back), 60);
    await scene.clearFaults();
    expect(await sender.ended).toBe(0);
    expectTold(sender, back);
    expect([countOf(away, sender), countOf(back, sender)]).toEqual([1, 1]);
    expect(JSON.parse(sender.stdout())).toMatchObject({ state: 'sent', accepted: readers, balanced: true });
    await expectWhole(scene, number);
  });

  it('before it has begun: it begins when the database is back', async () => {
    const number = await approveAgain(scene);
    const sender = await scene.ctx.db.transaction().execute(async (tx) => {
      await tx.selectFrom('issues').select('id').where('number', '=', number).forUpdate().execute();
      const waiting = await send(number, { DATABASE_URL: lineUrl });
      await until('it waits for the issue', () => isAnyWaiting(scene.ctx.db), 60);
      line.cut();
      await until('it says that the database is away', async () => waiting.output().includes(away), 60);
      return waiting;
    });
    line.restore();
    expect(await sender.ended).toBe(0);
    expectTold(sender, back);
    await expectWhole(scene, number);
  });

  it.each(['crash', 'fast'] as const)('for a restart (%s): it sends to the end', async (how) => {
    const number = await freezeKept();
    const sender = await send(number);
    await until('somebody has theirs', () => isTaken(number), 60);
    await server.restart(how);
    await scene.clearFaults();
    expect(await sender.ended).toBe(0);
    expectTold(sender, `${readers} / ${readers} accepted`);
    // A restart between two of its looks is not noticed.
    expect(countOf(away, sender)).toBe(countOf(back, sender));
    await expectWhole(scene, number);
  });

  it('for its watcher alone: that one goes on watching, and takes over when the sender is gone', async () => {
    const number = await freezeKept();
    const sender = await send(number);
    await until('somebody has theirs', async () => isTaken(number), 60);
    const watcher = await send(number, { DATABASE_URL: lineUrl });
    await until('it watches', async () => watcher.output().includes('; watching.'), 60);
    line.cut();
    await until('it says that the database is away', async () => watcher.output().includes(away), 60);
    await sender.stop('SIGKILL');
    await endLeases();
    line.restore();
    await scene.clearFaults();
    expect(await watcher.ended).toBe(0);
    expectTold(watcher, back);
    expect([countOf(away, watcher), countOf(back, watcher)]).toEqual([1, 1]);
    expect(JSON.parse(watcher.stdout())).toMatchObject({ state: 'sent', accepted: readers, balanced: true });
    await expectWhole(scene, number);
  });

  it.each(['cut', 'split'] as const)('and Ctrl-C ends it meanwhile (the line is %s), with the way on', async (how) => {
    const number = await freezeKept();
    const sender = await send(number, { DATABASE_URL: lineUrl });
    await until('somebody has theirs', async () => isTaken(number), 60);
    line[how]();
    if (how === 'cut') await until('it says that it is away', async () => sender.output().includes(away), 60);
    await scene.clearFaults();
    sender.kill('SIGINT');
    expect(await sender.ended).toBe(1);
    expectTold(sender, `Stopped while the database does not answer; issue ${number} is not lost (`);
    expect(sender.output()).toContain(`\`issue send ${number}\` goes on`);
    line.restore();
    await endLeases();
    expect(await (await send(number)).ended).toBe(0);
    await expectWhole(scene, number);
  });

  it('and stays away: after two minutes it ends with one sentence that says where the issue stood', async () => {
    const number = await freezeKept();
    const { id } = await getIssueNamed(scene, number);
    const db = openDb<Database>(lineUrl);
    let passedMs = 0;
    let isCut = false;
    const now = () => new Date(Date.now() + passedMs);
    // Each wait of the command is half a minute on this clock, once the line is cut.
    const sleep = async () => {
      if (isCut) passedMs += 30_000;
      else line.cut();
      isCut = true;
    };
    const signals = watchSignals();
    const watching = watchIssue({ ...scene.ctx, db, clock: { now, sleep } }, { id }, { signals });
    const ending: unknown = await watching.catch((error: unknown) => error);
    signals.release();
    await db.destroy();
    expect(ending).toBeInstanceOf(Failure);
    expect(ending).toMatchObject({
      exitStatus: 1,
      message: `The database has not answered for 2 minutes; issue ${number} is not lost (0 of ${readers} were accepted at the last look), and \`issue send ${number}\` goes on and watches it again once it does, nobody gets it twice.`,
    });
    expect(passedMs).toBe(120_000);
    line.restore();
    await scene.clearFaults();
    expect(await (await send(number)).ended).toBe(0);
  });
});

it('33. the database goes away under another command: one sentence, no trace', async () => {
  const number = await freezeKept();
  await scene.ctx.db.transaction().execute(async (tx) => {
    await tx.selectFrom('issues').select('id').where('number', '=', number).forUpdate().execute();
    const pausing = await scene.run(['issue', 'pause', String(number)], { DATABASE_URL: lineUrl });
    await until('it waits for the issue', () => isAnyWaiting(scene.ctx.db), 60);
    line.cut();
    expect(await pausing.ended).toBe(1);
    expect(pausing.output()).toMatch(/^The database went away before this was done \(.+\); run it again .+\.\n$/);
  });
});
