import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Scene, until } from '../support/scene.ts';
import { countMailsTaken, crash, expectWhole, listCallsTaken, openCrashScene, workToEnd } from './crashing.ts';
import { approveAgain, listBatches } from './sending.ts';
import { freezeInto } from './small-batches.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await openCrashScene();
});
afterEach(() => scene.clearFaults());
afterAll(() => scene.end());

/** An approved issue whose time has come, and a tick that is overdue. */
async function approveDue(): Promise<number> {
  const number = await approveAgain(scene);
  await scene.ctx.db.updateTable('issues').set({ sendAt: new Date() }).where('number', '=', number).execute();
  await scene.ctx.db.deleteFrom('settings').where('key', '=', 'tick').execute();
  return number;
}

/** An issue of one batch that is frozen and rung, with nobody at work. */
async function freezeOneBatch(): Promise<number> {
  const number = await approveAgain(scene);
  await scene.send(number);
  return number;
}

/** Everything asked for an issue was one key and one body, so often, with the same answer. */
async function expectAskedSame(number: number, count: number): Promise<void> {
  const calls = await listCallsTaken(scene, number);
  expect(calls).toHaveLength(count);
  expect(new Set(calls).size).toBe(1);
  expect(calls[0]).toMatch(/ 200$/);
}

describe('killed at the freeze', () => {
  it('1. before the commit of the audience, in a tick: the issue is still due, and the next tick starts it once', async () => {
    const number = await approveDue();
    await crash(scene, ['work'], 'before-freeze-commit:kill');
    expect(await scene.account(number)).toMatchObject({ state: 'approved', accepted: 0 });
    expect(await listBatches(scene, number)).toEqual([]);
    await workToEnd(scene, number);
    await expectAskedSame(number, 1);
  });

  it('1. before the commit of the audience, in a command: the command again sends it once', async () => {
    const number = await approveDue();
    await crash(scene, ['issue', 'send', String(number)], 'before-freeze-commit:kill');
    expect(await listBatches(scene, number)).toEqual([]);
    const again = await scene.run(['issue', 'send', String(number), '--json'], { RESEND_TIMEOUT_MS: '20000' });
    expect(await again.ended).toBe(0);
    expect(JSON.parse(again.stdout())).toMatchObject({ state: 'sent', accepted: 90, waiting: 0 });
    await expectWhole(scene, number);
    await expectAskedSame(number, 1);
  });

  it('2. after the commit of the audience, before any ring: the sweep rings every batch', async () => {
    const number = await approveDue();
    await crash(scene, ['work'], 'after-freeze:kill');
    expect(await scene.account(number)).toMatchObject({ state: 'sending', eligible: 90, waiting: 90 });
    expect(await listCallsTaken(scene, number)).toEqual([]);
    await workToEnd(scene, number);
    await expectAskedSame(number, 1);
  });

  it('3. in the middle of the ringing: the sweep rings the others, and no key is used for two bodies', async () => {
    const wide = await openCrashScene(101);
    try {
      const number = await wide.approve();
      await freezeInto(wide, number, 1);
      await crash(wide, ['work'], 'after-bells:kill');
      expect((await wide.account(number)).waiting).toBeGreaterThan(0);
      await workToEnd(wide, number);
      const keys = (await listCallsTaken(wide, number)).map((call) => call.split(' ').slice(0, 2).join(' '));
      expect(new Set(keys).size).toBe(101);
    } finally {
      await wide.end();
    }
  });
});

describe('killed at a batch', () => {
  it('before the commit of the claim: nobody was called, and the batch is claimed again as if never', async () => {
    const number = await freezeOneBatch();
    await crash(scene, ['work'], 'before-claim-commit:kill');
    expect(await listBatches(scene, number)).toMatchObject([{ state: 'waiting', attempt: 0, firstSubmitAt: null }]);
    expect(await listCallsTaken(scene, number)).toEqual([]);
    await workToEnd(scene, number);
    expect(await listBatches(scene, number)).toMatchObject([{ state: 'accepted', attempt: 1, freezeNumber: 1 }]);
  });

  it('4. after the claim, before the call: called once, under the same key', async () => {
    const number = await freezeOneBatch();
    await crash(scene, ['work'], 'after-claim:kill');
    expect(await listBatches(scene, number)).toMatchObject([{ state: 'calling', attempt: 1, freezeNumber: 1 }]);
    expect(await listCallsTaken(scene, number)).toEqual([]);
    await workToEnd(scene, number);
    expect(await listBatches(scene, number)).toMatchObject([{ state: 'accepted', attempt: 2, freezeNumber: 1 }]);
    await expectAskedSame(number, 1);
  });

  it('5. while the call is under way and the provider has taken it: the same key and bytes give the first ids', async () => {
    const number = await freezeOneBatch();
    await scene.fault({ match: { path: '/emails/batch' }, action: { kind: 'hold' } });
    const victim = await scene.run(['work'], { RESEND_TIMEOUT_MS: '20000' });
    await until('the provider has taken the batch', async () => (await countMailsTaken(scene, number)) === 90);
    expect(await victim.stop('SIGKILL')).toBe('SIGKILL');
    await scene.ctx.db.updateTable('batches').set({ leaseUntil: new Date() }).where('state', '=', 'calling').execute();
    await workToEnd(scene, number);
    expect(await listCallsTaken(scene, number)).toHaveLength(2);
  });

  it('6. after the answer, before the ids are saved: asked again, the provider gives the first ids', async () => {
    const number = await freezeOneBatch();
    await crash(scene, ['work'], 'after-answer:kill');
    expect(await countMailsTaken(scene, number)).toBe(90);
    expect(await scene.account(number)).toMatchObject({ accepted: 0, waiting: 90 });
    await workToEnd(scene, number);
    await expectAskedSame(number, 2);
  });

  it('7. and 8. after the ids are saved, before the job ends and the issue is sent: no call again, finished once', async () => {
    const number = await freezeOneBatch();
    await crash(scene, ['work'], 'after-settle:kill');
    expect(await scene.account(number)).toMatchObject({ state: 'sending', accepted: 90, waiting: 0 });
    await workToEnd(scene, number);
    await expectAskedSame(number, 1);
  });

  it('9. three times, each time at another step: it goes on under the same key, accepted once', async () => {
    const number = await freezeOneBatch();
    await crash(scene, ['work'], 'after-claim:kill');
    await crash(scene, ['work'], 'before-settle:kill');
    await crash(scene, ['work'], 'before-settle-commit:kill');
    expect(await listBatches(scene, number)).toMatchObject([
      { state: 'calling', attempt: 3, freezeNumber: 1, doubts: 2 },
    ]);
    expect(await scene.account(number)).toMatchObject({ accepted: 0, waiting: 90 });
    await workToEnd(scene, number);
    await expectAskedSame(number, 3);
  });

  it('between switching sending off and the settling: sending is off, and after `resume` everybody gets one', async () => {
    const number = await freezeOneBatch();
    await scene.fault({ match: {}, action: { kind: 'status', status: 403, name: 'invalid_api_key' } });
    await crash(scene, ['work'], 'before-settle:kill');
    const command = await scene.run(['issue', 'send', String(number)]);
    expect(await command.ended).toBe(1);
    expect(command.output()).toContain('Sending is off');
    expect(await listCallsTaken(scene, number)).toHaveLength(1);
    expect(await (await scene.run(['resume'])).ended).toBe(0);
    await workToEnd(scene, number);
  });
});
