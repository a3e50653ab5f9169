import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Context } from '../../../src/context.ts';
import { beginSending } from '../../../src/deliveries/begin-sending.ts';
import { guardSending } from '../../../src/deliveries/restored/guard-sending.ts';
import { findWrittenMarks } from '../../../src/deliveries/restored/marks.ts';
import { releaseHold } from '../../../src/deliveries/restored/release-hold.ts';
import { getSendingSwitch, switchOnWhenDue, switchSendingOn } from '../../../src/deliveries/sending-switch.ts';
import { checkRestoreMarks } from '../../../src/ops/doctor/check-restore-marks.ts';
import {
  freezeHeld,
  letProviderGo,
  letSendingGo,
  listBatches,
  patient as patientEnv,
  pauseWebhooks,
  waitSent,
} from '../../faults/sending.ts';
import { backUpDatabase } from '../../support/back-up-database.ts';
import { openScene, type Scene, until } from '../../support/scene.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await openScene({ readers: 30, env: patientEnv });
  await pauseWebhooks(scene, true);
});
beforeEach(async () => {
  await scene.clearFaults();
  await sql`update sending_switch set is_on = true, hold = null, reason = null`.execute(scene.ctx.db);
});
afterAll(async () => scene.end());

const at = (publicUrl: string): Context => ({ ...scene.ctx, config: { ...scene.ctx.config, publicUrl } });
const examine = (ctx: Context = scene.ctx) => checkRestoreMarks({ ...ctx, database: { db: ctx.db, url: '' } });

/** Posts one mail to the provider as something else on the account would. */
async function post(mail: { from: string; tags?: { name: string; value: string }[] }): Promise<void> {
  const body = JSON.stringify({ to: ['reader-1@example.com'], subject: 'Hello', text: 'Hello', ...mail });
  const headers = { authorization: 'Bearer re_other', 'content-type': 'application/json' };
  const answer = await fetch(`${scene.env.RESEND_BASE_URL}/emails`, { method: 'POST', headers, body });
  expect(answer.status).toBe(200);
}

/** Lays so many mails without tags on top of what the provider has taken. */
async function lay(count: number, from: string): Promise<void> {
  const headers = { authorization: 'Bearer re_other', 'content-type': 'application/json' };
  for (let first = 0; first < count; first += 100) {
    const mails = Array.from({ length: Math.min(100, count - first) }, (_, index) => ({
      from,
      to: ['reader-1@example.com'],
      subject: `Receipt ${first + index}`,
      text: 'Thank you',
    }));
    const body = JSON.stringify(mails);
    const answer = await fetch(`${scene.env.RESEND_BASE_URL}/emails/batch`, { method: 'POST', headers, body });
    expect(answer.status).toBe(200);
  }
}

const foreignTags = [{ name: 'delivery_id', value: '5f0e2d6a-0000-4000-8000-000000000000' }];

describe('a first start', () => {
  it('writes the marks and is not held, whatever an earlier installation sent from the same address', async () => {
    await post({ from: scene.ctx.config.mailFrom, tags: foreignTags });
    expect(await examine()).toMatchObject({ level: 'ok', sentence: expect.stringContaining('Not written yet') });
    expect(await Promise.all([guardSending(scene.ctx), guardSending(scene.ctx)])).toEqual(['passed', 'passed']);
    expect(await findWrittenMarks(scene.ctx.db)).toEqual({
      systemId: expect.stringMatching(/^\d+$/),
      databaseOid: expect.stringMatching(/^\d+\/\d+$/),
      timeline: 1,
      publicUrl: 'http://localhost:1',
    });
    expect(await guardSending(scene.ctx)).toBe('passed');
    expect(await examine()).toMatchObject({ level: 'ok', sentence: expect.stringContaining('knows what') });
  });
});

describe('what is not ours or was ours all along holds nothing', () => {
  it('mails of another sender on the account, and mails sent by hand from our address', async () => {
    await post({ from: 'Shop <shop@example.com>', tags: foreignTags });
    await post({ from: scene.ctx.config.mailFrom });
    expect(await guardSending(scene.ctx)).toBe('passed');
  });

  it('40. a batch the provider took without an answer, over a restart of the worker', async () => {
    await scene.fault({ match: { times: 'always' }, action: { kind: 'reset-after' } });
    const number = await freezeHeld(scene);
    const worker = await scene.work();
    await letSendingGo(scene);
    await until('its end is not known', async () => (await listBatches(scene, number))[0]?.state === 'doubt');
    await worker.stop(2_000);
    expect(await guardSending(scene.ctx)).toBe('passed');
    await scene.clearFaults();
    await scene.work();
    await letProviderGo(scene);
    await waitSent(scene, number);
    expect(await guardSending(scene.ctx)).toBe('passed');
  });

  it('the sandbox, whatever the marks say', async () => {
    const ctx = at('https://elsewhere.example.com');
    expect(await guardSending({ ...ctx, config: { ...ctx.config, isSandbox: true } })).toBe('passed');
  });
});

describe('a hold', () => {
  it('40. of a mail with our tags that no delivery here stands for ends by its own command alone, and not again after it', async () => {
    await post({
      from: `Other name <${/<(.*)>/.exec(scene.ctx.config.mailFrom)?.[1]?.toUpperCase()}>`,
      tags: foreignTags,
    });
    expect(await examine()).toMatchObject({ level: 'fault' });
    expect(await guardSending(scene.ctx)).toBe('held');
    const held = await getSendingSwitch(scene.ctx.db);
    expect(held).toMatchObject({ isOn: false, hold: 'restored', resumesAt: null });
    expect(held.reason).toMatch(/"Hello".*knows nothing of.*`resume --after-restore`/);
    expect(held.reason).not.toContain('@');
    expect(await switchSendingOn(scene.ctx, { by: 'test' })).toBe(false);
    await switchOnWhenDue(scene.ctx);
    expect(await getSendingSwitch(scene.ctx.db)).toEqual(held);
    expect(await examine()).toMatchObject({ level: 'fault', sentence: held.reason });

    await scene.fault({ match: { method: 'GET', times: 'always' }, action: { kind: 'status', status: 503 } });
    expect(await releaseHold(scene.ctx, { by: 'test' })).toMatchObject({ refused: 'provider-silent' });
    await scene.clearFaults();
    expect(await releaseHold(scene.ctx, { by: 'test' })).toMatchObject({ notedCount: 0, isBlind: false });
    expect(await getSendingSwitch(scene.ctx.db)).toMatchObject({ isOn: true, hold: null, reason: null });
    expect(await guardSending(scene.ctx)).toBe('passed');
    expect(await releaseHold(scene.ctx, { by: 'test' })).toMatchObject({ refused: 'not-held' });
    const audit = scene.ctx.db.selectFrom('auditLog').select(['actor', 'action']).where('entity', '=', 'sending');
    expect(await audit.orderBy('id', 'desc').limit(1).execute()).toEqual([
      { actor: 'test', action: 'sending-released' },
    ]);
  });

  it.each([
    ['of another sender', 'Shop <shop@example.com>'],
    ['by hand from our address', undefined],
  ])('40. is found under hundreds of mails %s, as doctor finds it', async (_what, from = scene.ctx.config.mailFrom) => {
    const { mailFrom } = scene.ctx.config;
    await post({ from: mailFrom, tags: foreignTags });
    await post({ from: mailFrom, tags: foreignTags });
    await lay(620, from);
    expect(await examine()).toMatchObject({ level: 'fault', sentence: expect.stringContaining('"Hello"') });
    expect(await guardSending(scene.ctx)).toBe('held');
    expect(await releaseHold(scene.ctx, { by: 'test' })).toMatchObject({ isBlind: false });
    expect(await guardSending(scene.ctx)).toBe('passed');
  });

  it('40. of a new PUBLIC_URL is let go once, and then holds under the old one', async () => {
    const moved = at('https://new.example.com');
    expect(await examine(moved)).toMatchObject({ level: 'fault', sentence: expect.stringContaining('next start') });
    expect(await guardSending(moved)).toBe('held');
    expect((await getSendingSwitch(scene.ctx.db)).reason).toContain('PUBLIC_URL is https://new.example.com and was');
    await releaseHold(moved, { by: 'test' });
    expect(await guardSending(moved)).toBe('passed');
    expect(await guardSending(scene.ctx)).toBe('held');
    await releaseHold(scene.ctx, { by: 'test' });
  });

  it.each([
    ['database_system_id', '1', 'another server'],
    ['timeline', 99, 'timeline is 1 and was 99'],
  ])('40. of another %s', async (column, value, words) => {
    await sql`update installation set ${sql.id(column)} = ${value}`.execute(scene.ctx.db);
    expect(await guardSending(scene.ctx)).toBe('held');
    expect((await getSendingSwitch(scene.ctx.db)).reason).toContain(words);
    await releaseHold(scene.ctx, { by: 'test' });
    expect(await guardSending(scene.ctx)).toBe('passed');
  });

  it('40. of a dump restored into the same database', async () => {
    await scene.ctx.db.transaction().execute(async (tx) => {
      await sql`alter table installation rename to before`.execute(tx);
      await sql`create table installation (like before including all)`.execute(tx);
      await sql`insert into installation select * from before`.execute(tx);
      await sql`drop table before`.execute(tx);
    });
    expect(await guardSending(scene.ctx)).toBe('held');
    expect((await getSendingSwitch(scene.ctx.db)).reason).toContain('made anew');
    await releaseHold(scene.ctx, { by: 'test' });
    expect(await guardSending(scene.ctx)).toBe('passed');
  });

  it('40. of a copy beside the original holds the copy, and the original goes on', async () => {
    const copy = await backUpDatabase(scene.env.DATABASE_URL ?? '');
    const env = { DATABASE_URL: copy.url, PUBLIC_URL: 'https://copy.example.com' };
    const worker = await scene.run(['work'], env);
    await until('the copy says that it is held', async () => worker.output().includes('Sending is held'));
    expect(worker.output()).toMatch(/made anew on its server.*PUBLIC_URL is https:\/\/copy.example.com/);
    await worker.stop('SIGKILL');
    await copy.drop();
    expect(await guardSending(scene.ctx)).toBe('passed');
  });
});

it('while the provider is silent nothing is frozen, and the command says why', async () => {
  await scene.fault({ match: { method: 'GET', times: 'always' }, action: { kind: 'status', status: 503 } });
  await scene.ctx.db.deleteFrom('picks').execute();
  const number = await scene.approve();
  expect(await guardSending(scene.ctx)).toBe('silent');
  expect(await beginSending(scene.ctx, { number, by: 'test' })).toMatchObject({ refused: 'provider-silent' });
  expect(await scene.account(number)).toMatchObject({ state: 'approved' });
  await scene.clearFaults();
  expect(await beginSending(scene.ctx, { number, by: 'test' })).toMatchObject({ state: 'sending' });
  await waitSent(scene, number);
});
