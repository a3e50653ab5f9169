import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { resumeSendingIssue } from '../../src/deliveries/resume-sending-issue.ts';
import { pauseIssue } from '../../src/issues/pause-issue.ts';
import { isRefusal } from '../../src/platform/refusal.ts';
import { ensureSchedule } from '../../src/schedule/queries.ts';
import { checkOracles } from '../support/check-oracles.ts';
import type { Program } from '../support/program.ts';
import { openScene, type Scene, unwrap, until } from '../support/scene.ts';
import { countActs, countJobs, countMailsTaken, expectWhole, listCallsTaken, untilSent } from './crashing.ts';
import { approveAgain, listBatches, pauseWebhooks } from './sending.ts';
import { freezeInto } from './small-batches.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await openScene({ readers: 120, env: { RESEND_TIMEOUT_MS: '60000' } });
  await pauseWebhooks(scene, true);
});
afterEach(() => scene.clearFaults());
afterAll(() => scene.end());

/** The same command twice at the same moment; the statuses in ascending order. */
async function runTwice(args: string[]): Promise<{ statuses: string[]; outputs: string[]; programs: Program[] }> {
  const programs = await Promise.all([scene.run(args), scene.run(args)]);
  const statuses = await Promise.all(programs.map((program) => program.ended));
  return { statuses: statuses.map(String).toSorted(), outputs: programs.map((program) => program.output()), programs };
}

const countRows = async (table: 'issues' | 'revisions' | 'runs'): Promise<number> =>
  (await scene.ctx.db.selectFrom(table).select('id').execute()).length;

describe('commands doubled at the same moment', () => {
  it('18. `issue compose` makes one issue, and says so to the other', async () => {
    const { statuses, outputs } = await runTwice(['issue', 'compose']);
    expect(statuses).toEqual(['0', '1']);
    expect(outputs.join()).toContain('Issue 1 is still draft; send or cancel it first.');
    expect(await countRows('issues')).toBe(1);
  });

  it('18. `issue approve` stores one revision; both are told it is approved', async () => {
    const { statuses } = await runTwice(['issue', 'approve', '1']);
    expect(statuses).toEqual(['0', '0']);
    expect(await countRows('revisions')).toBe(1);
    expect(await countActs(scene, 1, 'approve')).toBe(1);
  });

  it('18. `issue send` sends once: one works, the other watches, both end well with the same account', async () => {
    await scene.fault({ match: {}, action: { kind: 'delay', ms: 1_500 } });
    const { statuses, outputs, programs } = await runTwice(['issue', 'send', '1', '--json']);
    expect(
      outputs.filter((output) => output.includes('Another process is sending this issue; watching.')),
    ).toHaveLength(1);
    expect(statuses).toEqual(['0', '0']);
    const [one, other] = programs.map((program): unknown => JSON.parse(program.stdout()));
    expect(one).toMatchObject({ state: 'sent', accepted: 120, waiting: 0 });
    expect(other).toEqual(one);
    await expectWhole(scene, 1);
    expect(await listCallsTaken(scene, 1)).toHaveLength(2);
  });

  it('whoever watches a send takes over when the sender is killed', async () => {
    const number = await approveAgain(scene);
    await scene.fault({ match: { times: 'always' }, action: { kind: 'hold-before' } });
    const sender = await scene.run(['issue', 'send', String(number)], { RESEND_TIMEOUT_MS: '2000' });
    await until('it has called', async () => (await listCallsTaken(scene, number)).length > 0);
    const watcher = await scene.run(['issue', 'send', String(number)]);
    await until('the other watches', async () => watcher.output().includes('watching'), 60);
    await sender.stop('SIGKILL');
    await scene.clearFaults();
    expect(await watcher.ended).toBe(0);
    await expectWhole(scene, number);
  });
});

describe('two workers', () => {
  it('17. make one run and one issue of a slot that is due, and send it once', async () => {
    await scene.ctx.db.deleteFrom('picks').execute();
    await makeSlotDue();
    const before = await countRows('issues');
    const workers = await Promise.all([scene.run(['work']), scene.run(['work'])]);
    await until(
      'the issue of the slot is sent',
      async () => {
        await scene.ctx.queue.ring('tick', [{}]);
        const runs = await scene.ctx.db.selectFrom('runs').select('state').execute();
        return runs.some((run) => run.state === 'acted');
      },
      60,
    );
    const number = before + 1;
    await untilSent(scene, number);
    expect(await Promise.all(workers.map((worker) => worker.stop('SIGTERM')))).toEqual([0, 0]);
    expect(await countRows('issues')).toBe(number);
    expect(await countRows('runs')).toBe(1);
    await expectWhole(scene, number);
    expect(await listCallsTaken(scene, number)).toHaveLength(2);
    await scene.ctx.db.updateTable('schedules').set({ pausedAt: new Date() }).execute();
  });
});

describe('111. paused and resumed twenty times fast in mid-send', () => {
  // The next issue is made in small batches before anybody works on it.
  afterEach(async () => {
    for (const end of endings.splice(0)) await end();
  });

  it('everybody gets one mail', async () => {
    const number = await sendHeld(1);
    for (let round = 0; round < 20; round += 1) {
      unwrap(await pauseIssue(scene.ctx, { number, by: 'test', reason: `round ${round}` }));
      unwrap(await resumeSendingIssue(scene.ctx, { number, by: 'test', acceptsProvider: false }));
    }
    expect((await scene.account(number)).state).toBe('sending');
    await scene.clearFaults();
    await untilSent(scene, number);
    await expectWhole(scene, number);
    expect(await listCallsTaken(scene, number)).toHaveLength(24);
  });

  it('by two operators, and cancelled: who was not called is excluded, what was called is saved as it ends', async () => {
    const number = await sendHeld('always');
    await Promise.all([pauseAndResume(number, 'one'), pauseAndResume(number, 'other')]);
    const { statuses } = await runTwice(['issue', 'cancel', String(number)]);
    expect(statuses).toEqual(['0', '1']);
    const called = (await listBatches(scene, number)).filter(({ state }) => state === 'calling');
    expect(called.length).toBeGreaterThan(0);
    await scene.clearFaults();
    await until('nothing waits', async () => (await scene.account(number)).waiting === 0);
    const { accepted, excluded, ...account } = await scene.account(number);
    expect(account).toMatchObject({ state: 'cancelled', eligible: 120, failed: 0, unknown: 0, balanced: true });
    expect({ accepted, excluded }).toEqual({
      accepted: await countMailsTaken(scene, number),
      excluded: { cancelled: 120 - accepted },
    });
    expect(accepted).toBeGreaterThanOrEqual(5 * called.length);
    expect(await checkOracles(scene, { isEnded: true })).toEqual([]);
  });
});

/** Ends the workers of the last test. */
const endings: (() => Promise<unknown>)[] = [];

/** An issue in 24 batches that two workers send once it is resumed, of which the provider holds the first to be called, or all. */
async function sendHeld(times: 1 | 'always'): Promise<number> {
  const number = await approveAgain(scene);
  await freezeInto(scene, number, 5);
  await scene.fault({ match: { times }, action: { kind: 'hold-before' } });
  await scene.fault({ match: { times: 'always' }, action: { kind: 'delay', ms: 50 } });
  unwrap(await pauseIssue(scene.ctx, { number, by: 'test', reason: 'before anybody works' }));
  const rings = (await listBatches(scene, number)).map(({ id, attempt }) => ({ batchId: id, attempt }));
  await scene.ctx.queue.ring('submit-batch', rings);
  const [program, service] = await Promise.all([scene.run(['work']), scene.work()]);
  endings.push(
    () => program.stop('SIGTERM'),
    () => service.stop(2_000),
  );
  await until('every ring was answered', async () => (await countJobs(scene)) === 0, 60);
  expect((await listBatches(scene, number)).every(({ attempt }) => attempt === 0)).toBe(true);
  unwrap(await resumeSendingIssue(scene.ctx, { number, by: 'test', acceptsProvider: false }));
  await until('it is under way', async () => (await listCallsTaken(scene, number)).length > 0);
  return number;
}

/** An operator among several: what another one did first is refused, which is no harm. */
async function pauseAndResume(number: number, by: string): Promise<void> {
  for (let round = 0; round < 10; round += 1) {
    const paused = await pauseIssue(scene.ctx, { number, by, reason: `round ${round}` });
    const resumed = await resumeSendingIssue(scene.ctx, { number, by, acceptsProvider: false });
    for (const result of [paused, resumed]) if (isRefusal(result)) expect(result.refused).toBe('wrong-state');
  }
}

/** The schedule's last slot was half an hour ago and nothing was done for it; approval needs nobody. */
async function makeSlotDue(): Promise<void> {
  const { db } = scene.ctx;
  const slotAt = new Date(Date.now() - 30 * 60_000);
  const { id } = await ensureSchedule(db, slotAt);
  const slot = { weekday: slotAt.getUTCDay() || 7, hour: slotAt.getUTCHours(), minute: slotAt.getUTCMinutes() };
  const startsAt = new Date(slotAt.getTime() - 60 * 60_000);
  await db
    .updateTable('schedules')
    .set({ ...slot, timeZone: 'UTC', autoApprove: true, startsAt })
    .where('id', '=', id)
    .execute();
  await db.deleteFrom('runs').execute();
  await db.deleteFrom('settings').where('key', '=', 'tick').execute();
}
