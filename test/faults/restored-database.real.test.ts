import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { beginSending } from '../../src/deliveries/begin-sending.ts';
import { findWrittenMarks, readMarks, writeMarks } from '../../src/deliveries/restored/marks.ts';
import { readSandboxLedger } from '../../src/sandbox/ledger.ts';
import { type Backup, backUpDatabase } from '../support/back-up-database.ts';
import { checkOracles } from '../support/check-oracles.ts';
import { openScene, type Scene, until } from '../support/scene.ts';
import {
  approveAgain,
  freezeHeld,
  letSendingGo,
  listAlerts,
  listBatches,
  patient,
  pauseWebhooks,
  readSwitch,
  waitSent,
} from './sending.ts';

const readers = 150;
const stopMs = 5_000;
let scene: Scene;
let backup: Backup | undefined;
beforeEach(async () => {
  scene = await openScene({ readers, env: patient });
  // Its events would tell of what it took; here the list alone shall.
  await pauseWebhooks(scene, true);
});
afterEach(async () => {
  await scene.end();
  await backup?.drop();
});

/** One issue goes out, so that the provider and the database know of each other. */
async function sendFirst(): Promise<void> {
  const worker = await scene.work();
  const number = await scene.approve();
  await scene.send(number);
  await waitSent(scene, number);
  await worker.stop(stopMs);
}

/** Restores the backup as a copy of the server's files would: no mark in the database tells. */
async function restoreUnmarked(): Promise<void> {
  await backup?.restore();
  const { db, config } = scene.ctx;
  await writeMarks(db, await readMarks(db, config.publicUrl), { at: new Date(), isFirst: false });
}

/** Runs one command to its end. */
async function run(...args: string[]): Promise<{ status: number | NodeJS.Signals; output: string }> {
  const program = await scene.run(args);
  program.firstLine.catch(() => {});
  return { status: await program.ended, output: program.output() };
}

async function countTaken(issueNumber: number): Promise<number> {
  const { id } = await scene.ctx.db
    .selectFrom('issues')
    .select('id')
    .where('number', '=', issueNumber)
    .executeTakeFirstOrThrow();
  const { mails } = await readSandboxLedger(scene.sandboxDb);
  return mails.filter((mail) => mail.tags.issue_id === id).length;
}

async function waitHeld(): Promise<string> {
  await until('sending is held', async () => (await readSwitch(scene)).hold !== null);
  return (await readSwitch(scene)).reason ?? '';
}

/** Everybody has it once, and both sides say so; what was claimed after the backup is no longer on record. */
async function expectWhole(number: number): Promise<void> {
  expect(await scene.account(number)).toMatchObject({ state: 'sent', accepted: readers, balanced: true });
  expect(await countTaken(number)).toBe(readers);
  const faults = await checkOracles(scene, { isEnded: true });
  expect(faults.filter((fault) => !fault.endsWith('under a key that no claim committed'))).toEqual([]);
}

describe('a database from before an issue went out', () => {
  it('40. the provider knows mails it does not: all is held, resume does not wave it through, and the release sends nobody a second mail', async () => {
    await sendFirst();
    const number = await approveAgain(scene);
    backup = await backUpDatabase(scene.env.DATABASE_URL ?? '');
    const worker = await scene.work();
    await scene.send(number);
    await waitSent(scene, number);
    await worker.stop(stopMs);

    await restoreUnmarked();
    const again = await scene.work();
    expect(await waitHeld()).toMatch(
      /the provider took a mail from our sender.*knows nothing of.*resume --after-restore/,
    );
    expect(await listAlerts(scene)).toEqual(['sending-held']);
    expect(await beginSending(scene.ctx, { number, by: 'test' })).toMatchObject({ refused: 'held' });
    expect(await run('resume')).toMatchObject({ status: 1, output: expect.stringMatching(/^Sending is held: /) });
    expect(await scene.account(number)).toMatchObject({ state: 'approved' });

    const released = await run('resume', '--after-restore');
    expect(released).toMatchObject({ status: 0, output: expect.stringContaining('had taken 150 mails') });
    await waitSent(scene, number);
    await expectWhole(number);
    await again.stop(stopMs);
    const third = await approveAgain(scene);
    await scene.work();
    await scene.send(third);
    await waitSent(scene, third);
    expect(await readSwitch(scene)).toMatchObject({ isOn: true, hold: null });
  });

  it('40. of an issue that was half out the provider tells who has it, and the rest gets it once', async () => {
    await sendFirst();
    const number = await freezeHeld(scene);
    backup = await backUpDatabase(scene.env.DATABASE_URL ?? '');
    const [first, ...later] = (await listBatches(scene, number)).map((batch) => batch.id);
    await sql`update batches set ring_at = now() + interval '1 hour' where id in (${sql.join(later)})`.execute(
      scene.ctx.db,
    );
    const worker = await scene.work();
    await letSendingGo(scene);
    await until('the first batch is out', async () => {
      return (await listBatches(scene, number)).some(({ id, state }) => id === first && state === 'accepted');
    });
    await worker.stop(stopMs);
    expect(await countTaken(number)).toBe(100);

    await restoreUnmarked();
    await scene.work();
    await waitHeld();
    expect((await run('resume', '--after-restore')).output).toContain('had taken 100 mails');
    await waitSent(scene, number);
    await expectWhole(number);
  });

  it('40. a key that may not list what was sent: the database itself tells, and what was open waits for a word of its own', async () => {
    const unreadable = { kind: 'status', status: 401, name: 'restricted_api_key' };
    await scene.fault({ match: { method: 'GET', times: 'always' }, action: unreadable });
    const worker = await scene.run(['work']);
    await until('the marks are written', async () => (await findWrittenMarks(scene.ctx.db)) !== undefined);
    const number = await scene.approve();
    backup = await backUpDatabase(scene.env.DATABASE_URL ?? '');
    await scene.send(number);
    await waitSent(scene, number);
    await until('it says what it cannot check', async () => worker.output().includes('may not list what was sent'));
    await worker.stop('SIGTERM');

    await backup.restore();
    await scene.work();
    expect(await waitHeld()).toContain('made anew on its server');
    const released = await run('resume', '--after-restore');
    expect(released).toMatchObject({ status: 0, output: expect.stringContaining('waits for your word') });
    expect(await readSwitch(scene)).toMatchObject({ isOn: true, hold: null });
    expect(await scene.account(number)).toMatchObject({ state: 'draft' });
    expect(await countTaken(number)).toBe(readers);
  });
});
