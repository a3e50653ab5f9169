import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { checkOracles } from '../support/check-oracles.ts';
import type { Program } from '../support/program.ts';
import { openScene, type Scene, until } from '../support/scene.ts';
import { countMailsTaken, expectWhole, listCallsTaken } from './crashing.ts';
import { approveAgain, pauseWebhooks } from './sending.ts';
import { freezeInto } from './small-batches.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await openScene({ readers: 60 });
  await pauseWebhooks(scene, true);
});
afterEach(() => scene.clearFaults());
afterAll(() => scene.end());

/** Two presses of Ctrl-C: so far apart that a busy process does not take them for one. */
async function pressTwice(program: Program): Promise<void> {
  program.kill('SIGINT');
  await wait(1_000);
  program.kill('SIGINT');
}

async function sendAgain(number: number): Promise<void> {
  await scene.clearFaults();
  const again = await scene.run(['issue', 'send', String(number), '--json'], { RESEND_TIMEOUT_MS: '20000' });
  expect(await again.ended).toBe(0);
  expect(JSON.parse(again.stdout())).toMatchObject({ state: 'sent', accepted: 60, waiting: 0, balanced: true });
  await expectWhole(scene, number);
}

describe('Ctrl-C during `issue send`', () => {
  it('once: what is called ends, exit status 1 with the way on; the command again completes', async () => {
    const number = await approveAgain(scene);
    await freezeInto(scene, number, 5);
    await scene.fault({ match: { times: 'always' }, action: { kind: 'delay', ms: 300 } });
    const sender = await scene.run(['issue', 'send', String(number)], { RESEND_TIMEOUT_MS: '7000' });
    await until('somebody has theirs', async () => (await countMailsTaken(scene, number)) > 0);
    expect(await sender.stop('SIGINT')).toBe(1);
    expect(sender.output()).toContain(`\`issue send ${number}\` goes on, nobody gets it twice.`);
    const taken = await countMailsTaken(scene, number);
    expect(await scene.account(number)).toMatchObject({ state: 'sending', accepted: taken, waiting: 60 - taken });
    expect(await checkOracles(scene, { isEnded: true })).toEqual([]);
    await sendAgain(number);
  });

  it('twice: it ends while a worker told once still waits for what it has called; the command again completes', async () => {
    const number = await approveAgain(scene);
    await freezeInto(scene, number, 5);
    await scene.fault({ match: { times: 'always' }, action: { kind: 'hold' } });
    const patient = { RESEND_TIMEOUT_MS: '120000' };
    const sender = await scene.run(['issue', 'send', String(number)], patient);
    await until('the command has called', async () => (await listCallsTaken(scene, number)).length > 0);
    const worker = await scene.run(['work'], patient);
    await until('the worker has called too', async () => (await listCallsTaken(scene, number)).length > 4);
    worker.kill('SIGINT');
    await until('the worker stops', async () => worker.output().includes('Stopping'));
    await pressTwice(sender);
    expect(await sender.ended).toBe(1);
    expect((await scene.account(number)).accepted).toBe(0);
    // Still within the grace of the worker: what it has called can be answered and is settled.
    await scene.clearFaults();
    expect(await worker.ended).toBe(0);
    expect((await scene.account(number)).accepted).toBeGreaterThan(0);
    await scene.ctx.db.updateTable('batches').set({ leaseUntil: new Date() }).where('state', '=', 'calling').execute();
    await sendAgain(number);
  });
});
