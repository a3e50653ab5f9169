import { readFile, readdir } from 'node:fs/promises';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { importComparison } from '../../src/comparisons/import-comparison.ts';
import { readMarks, writeMarks } from '../../src/deliveries/restored/marks.ts';
import { freezeIssuesDue } from '../../src/deliveries/freeze-issue.ts';
import { actOnDueRuns } from '../../src/issues/act-on-runs.ts';
import { approveIssue } from '../../src/issues/approve-issue.ts';
import { cancelIssue } from '../../src/issues/cancel-issue.ts';
import { composeIssue } from '../../src/issues/compose-issue.ts';
import { ensureSchedule } from '../../src/schedule/queries.ts';
import { readSandboxLedger } from '../../src/sandbox/ledger.ts';
import { type Backup, backUpDatabase } from '../support/back-up-database.ts';
import { openScene, type Scene, unwrap, until } from '../support/scene.ts';
import { getIssueNamed, patient, pauseWebhooks, readSwitch, waitSent } from './sending.ts';

const readers = 30;
const stopMs = 5_000;
/** Week two of the samples, by slug. */
const weekTwo = [
  'gemma-3n-vs-smolvlm2-2b',
  'llama-4-compact-12b-vs-mistral-3-small-24b',
  'mistral-3-small-24b-vs-smollm3',
  'smollm3-vs-gemma-3n',
  'smolvlm2-2b-vs-llama-4-compact-12b',
];
const pagesFolder = new URL('../../src/demo/samples/week-2/', import.meta.url);

let scene: Scene;
let backup: Backup | undefined;
beforeEach(async () => {
  scene = await openScene({ readers, env: patient });
  // Its events would tell of what it took; here the list alone shall.
  await pauseWebhooks(scene, true);
  await sendNow(await scene.approve());
});
afterEach(async () => {
  await scene.end();
  await backup?.drop();
});

/** An approved issue goes out to its end. */
async function sendNow(number: number): Promise<void> {
  const worker = await scene.work();
  await scene.send(number);
  await waitSent(scene, number);
  await worker.stop(stopMs);
}

async function importWeekTwo(isWanted: (name: string) => boolean = () => true): Promise<void> {
  for (const name of (await readdir(pagesFolder)).filter(isWanted).sort()) {
    const text = await readFile(new URL(name, pagesFolder), 'utf8');
    unwrap(await importComparison(scene.ctx, { text, source: name }));
  }
}

async function takeBackup(): Promise<void> {
  backup = await backUpDatabase(scene.env.DATABASE_URL ?? '');
}

/** Puts the backup in place as a copy of the server's files would be, with no mark that tells, and waits until it is held. */
async function restoreHeld(): Promise<void> {
  await backup?.restore();
  const { db, config } = scene.ctx;
  await writeMarks(db, await readMarks(db, config.publicUrl), { at: new Date(), isFirst: false });
  const worker = await scene.work();
  await until('sending is held', async () => (await readSwitch(scene)).hold !== null);
  await worker.stop(stopMs);
}

interface Run {
  status: number | NodeJS.Signals;
  output: string;
}

async function resume(env: Record<string, string> = {}): Promise<Run> {
  const program = await scene.run(['resume', '--after-restore'], env);
  program.firstLine.catch(() => {});
  return { status: await program.ended, output: program.output() };
}

async function countTaken(): Promise<number> {
  return (await readSandboxLedger(scene.sandboxDb)).mails.length;
}

/** Posts one mail to the provider from our sender, as a person or a second product would. */
async function post(mail: object): Promise<void> {
  const content = { from: scene.env.MAIL_FROM, to: ['reader-1@example.com'], subject: 'Hello', text: 'Hello', ...mail };
  const headers = { authorization: 'Bearer re_other', 'content-type': 'application/json' };
  const body = JSON.stringify(content);
  expect((await fetch(`${scene.env.RESEND_BASE_URL}/emails`, { method: 'POST', headers, body })).status).toBe(200);
}

/** A schedule that approves by itself comes to the issue: before its send time it leaves it alone, then it skips it; nobody is mailed. */
async function expectSkipped(number: number): Promise<void> {
  const { ctx } = scene;
  const before = await countTaken();
  const { id: issueId } = await getIssueNamed(scene, number);
  const schedule = await ensureSchedule(ctx.db, ctx.clock.now());
  await ctx.db.updateTable('schedules').set({ autoApprove: true }).execute();
  const slotAt = new Date(ctx.clock.now().getTime() + 60_000);
  await ctx.db.insertInto('runs').values({ scheduleId: schedule.id, slotAt, state: 'due', issueId }).execute();
  await actOnDueRuns(ctx);
  expect(await getIssueNamed(scene, number)).toMatchObject({ state: 'draft' });
  await ctx.db.updateTable('runs').set({ slotAt: ctx.clock.now() }).where('issueId', '=', issueId).execute();
  await actOnDueRuns(ctx);
  const run = await ctx.db.selectFrom('runs').selectAll().where('issueId', '=', issueId).executeTakeFirstOrThrow();
  expect(run).toMatchObject({ state: 'skipped', reason: expect.stringContaining('went out already') });
  await freezeIssuesDue(ctx);
  expect(await countTaken()).toBe(before);
}

describe('an issue that was composed after the backup and sent by the lost database', () => {
  it('40. is named, also by a command that died half-way, and none of its comparisons is picked again, imported before or after', async () => {
    const isLate = (name: string) => name.startsWith('smollm3');
    await importWeekTwo((name) => !isLate(name));
    await takeBackup();
    await importWeekTwo(isLate);
    await post({ subject: 'Your order' });
    await sendNow(await scene.approve());
    await post({ tags: [{ name: 'issue_id', value: 'spring-sale' }] });
    await restoreHeld();

    expect(await resume({ FAILPOINT: 'after-unknown:kill' })).toMatchObject({ status: 'SIGKILL' });
    expect((await readSwitch(scene)).hold).toBe('restored');
    const { status, output } = await resume();
    expect(status).toBe(0);
    const { subject } = await scene.ctx.db.selectFrom('unknownIssues').select('subject').executeTakeFirstOrThrow();
    const here = weekTwo.filter((slug) => !isLate(slug));
    const day = new Date().toISOString().slice(0, 10);
    expect(output).toContain(
      `The provider took 30 mails, "${subject}", on ${day}, of an issue this database does not know to have gone out; its 4 comparisons found here are not picked again: ${here.join(', ')}. Not here, and not picked either should they be imported: smollm3-vs-gemma-3n.`,
    );
    expect(output.match(/The provider took/g)).toHaveLength(1);
    expect(await resume()).toMatchObject({ status: 1, output: expect.stringContaining('not held') });

    const compose = () => composeIssue(scene.ctx, { by: 'test' });
    expect(await compose()).toEqual({ skipped: 'nothing new' });
    await importWeekTwo(isLate);
    expect(await compose()).toEqual({ skipped: 'nothing new' });
    const { note } = await scene.ctx.db
      .selectFrom('auditLog')
      .select('note')
      .where('action', '=', 'sending-released')
      .executeTakeFirstOrThrow();
    expect(note).toContain(subject);
  });

  it('40. an issue approved here with the same picks loses its approval, is not approved again, and the next is composed without them', async () => {
    await importWeekTwo();
    const number = await scene.approve();
    await takeBackup();
    unwrap(await cancelIssue(scene.ctx, { number, by: 'test', reason: 'composed again' }));
    await sendNow(await scene.approve());
    await restoreHeld();

    const { output } = await resume();
    expect(output).toContain(`its 5 comparisons found here are not picked again: ${weekTwo.join(', ')}.`);
    expect(output).toMatch(
      new RegExp(`Issue ${number} \\(draft\\): gemma.* went out already on .*approval is taken back`),
    );
    expect(await getIssueNamed(scene, number)).toMatchObject({
      state: 'draft',
      stateReason: expect.stringContaining('went out already'),
    });
    expect(await readSwitch(scene)).toMatchObject({ isOn: true, hold: null });
    expect(await approveIssue(scene.ctx, { number, by: 'test' })).toMatchObject({
      refused: 'blocked',
      sentence: expect.stringContaining('went out already'),
    });
    await expectSkipped(number);
    expect(await composeIssue(scene.ctx, { by: 'test' })).toEqual({ skipped: 'nothing new' });
  });

  it('40. a draft here that the lost database approved and sent is not approved again, also where its mails tell no picks', async () => {
    await importWeekTwo();
    const composed = unwrap(await composeIssue(scene.ctx, { by: 'test' }));
    if ('skipped' in composed) throw new Error(composed.skipped);
    const number = composed.issue.number ?? 0;
    await takeBackup();
    unwrap(await approveIssue(scene.ctx, { number, by: 'test' }));
    await sendNow(number);
    await sql`update sandbox.mails set html = null`.execute(scene.sandboxDb);
    await restoreHeld();

    const { output } = await resume();
    expect(output).toContain('could not be read, so they may be picked again');
    expect(output).toMatch(
      new RegExp(`Issue ${number} \\(draft\\): This issue went out already on .*cannot be approved`),
    );
    expect(await approveIssue(scene.ctx, { number, by: 'test' })).toMatchObject({ refused: 'blocked' });
    await expectSkipped(number);
    expect(await composeIssue(scene.ctx, { by: 'test' })).toMatchObject({ issue: { number } });
    expect(await approveIssue(scene.ctx, { number, by: 'test' })).toMatchObject({
      refused: 'blocked',
      sentence: expect.stringContaining('An issue with this subject went out already'),
    });
  });
});
