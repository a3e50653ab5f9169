import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { lateLimitMs } from '../../src/deliveries/batch.ts';
import { heldDueAt } from '../../src/deliveries/canary.ts';
import { describeAccount } from '../../src/deliveries/describe-account.ts';
import { releaseRest } from '../../src/deliveries/release-rest.ts';
import { resumeSendingIssue } from '../../src/deliveries/resume-sending-issue.ts';
import { stopIssue } from '../../src/deliveries/stop-issue.ts';
import { submitBatch } from '../../src/deliveries/submit-batch.ts';
import { pauseIssue } from '../../src/issues/pause-issue.ts';
import { tick } from '../../src/ops/tick.ts';
import { checkOracles } from '../support/check-oracles.ts';
import { openScene, type Scene, unwrap } from '../support/scene.ts';
import {
  addReaders,
  changeSettings,
  countTaken,
  endCanaryWait,
  expectStill,
  untilCanary,
  untilReported,
  untilState,
} from './care-steps.ts';
import {
  approveAgain,
  expectWell,
  getIssueNamed,
  listAlerts,
  listBatches,
  listDeliveries,
  patient,
  pauseWebhooks,
} from './sending.ts';

/** A fifth goes ahead: 51 in one batch, the other 204 in three. */
const readers = 255;
const ahead = 51;
let scene: Scene;

beforeAll(async () => {
  scene = await openScene({ readers, env: patient });
  await scene.work();
});
beforeEach(async () => {
  await pauseWebhooks(scene, false);
  await changeSettings(scene, { canaryPercent: 20, canaryFromCount: 100, guardOn: true });
});
afterAll(async () => scene.end());

/** Sends one more issue as far as its canary; answers its number. */
async function sendCanary(): Promise<number> {
  const number = await approveAgain(scene);
  await scene.send(number);
  await untilCanary(scene, number, 'waiting');
  return number;
}

/** Asks for every batch by name, as a lost or forged doorbell does, and ticks. */
async function look(number: number): Promise<void> {
  for (const batch of await listBatches(scene, number)) await submitBatch(scene.ctx, batch.id);
  await tick(scene.ctx);
}

const resume = async (number: number) =>
  unwrap(await resumeSendingIssue(scene.ctx, { number, by: 'test', acceptsProvider: false }));

describe('the canary of a large issue', () => {
  it('goes ahead in exactly its size, the rest is untouched while it waits, and follows by itself after the wait', async () => {
    const number = await sendCanary();
    const waiting = await scene.account(number);
    const until = (await getIssueNamed(scene, number)).canaryUntil;
    expect(waiting).toMatchObject({
      state: 'sending',
      accepted: ahead,
      waiting: readers - ahead,
      canary: { share: 0.2, size: ahead, until: until?.toISOString(), state: 'waiting' },
    });
    expect((until?.getTime() ?? 0) - Date.now()).toBeGreaterThan(20 * 60_000);
    expect((await listBatches(scene, number)).map(({ dueAt }) => dueAt < heldDueAt)).toEqual([
      true,
      false,
      false,
      false,
    ]);
    await expectStill(scene, number, async () => look(number));
    const untouched = (await listDeliveries(scene, number)).filter((row) => row.state === 'waiting');
    expect(untouched.filter((row) => row.address !== null)).toEqual([]);
    expect(await checkOracles(scene, { isEnded: true })).toEqual([]);

    await untilReported(scene, number, ahead);
    await endCanaryWait(scene, number);
    await untilState(scene, number, 'sent');
    await expectWell(scene, number, { accepted: readers, canary: expect.objectContaining({ state: 'passed' }) });
  });

  it('is spread over the audience, and is another one in each issue', async () => {
    const members = async (number: number) =>
      new Set(
        (await listDeliveries(scene, number)).filter((row) => row.state === 'accepted').map((row) => row.subscriberId),
      );
    const people = await scene.ctx.db
      .selectFrom('subscribers')
      .select('id')
      .orderBy('createdAt')
      .orderBy('id')
      .execute();
    const draw = async () => {
      const number = await sendCanary();
      const drawn = await members(number);
      await stopIssue(scene.ctx, {
        issueId: (await getIssueNamed(scene, number)).id,
        by: 'test',
        reason: 'only drawn',
      });
      return drawn;
    };
    const [first, second] = [await draw(), await draw()];
    expect([first.size, second.size]).toEqual([ahead, ahead]);
    expect([...first].filter((id) => second.has(id)).length).toBeLessThan(ahead);
    const oldest = people.slice(0, ahead).filter(({ id }) => first.has(id));
    expect(oldest.length).toBeLessThan(ahead);
  });

  it('that nobody is told of holds the rest with an alert, however late it gets; reports let it go, and it is not late', async () => {
    await pauseWebhooks(scene, true);
    const number = await sendCanary();
    const alerts = (await listAlerts(scene)).length;
    await endCanaryWait(scene, number);
    await untilCanary(scene, number, 'held');
    expect((await listAlerts(scene)).slice(alerts)).toEqual(['canary-without-reports']);
    await endCanaryWait(scene, number);
    await expectStill(scene, number, async () => look(number));
    expect((await scene.account(number)).canary).toEqual({
      share: 0.2,
      size: ahead,
      until: null,
      state: 'held',
      stoppedBy: [],
    });
    const longAgo = new Date(Date.now() - 2 * lateLimitMs);
    await scene.ctx.db
      .updateTable('issues')
      .set({ sendAt: longAgo, frozenAt: longAgo })
      .where('number', '=', number)
      .execute();
    await scene.ctx.db.updateTable('batches').set({ dueAt: longAgo }).where('state', '=', 'accepted').execute();
    await scene.ctx.db.updateTable('sendingSwitch').set({ changedAt: longAgo }).execute();
    await pauseWebhooks(scene, false);
    await untilReported(scene, number, ahead);
    await endCanaryWait(scene, number);
    await untilState(scene, number, 'sent');
    expect((await listAlerts(scene)).slice(alerts)).toEqual(['canary-without-reports']);
    await expectWell(scene, number, { accepted: readers });
  });

  it('waits its time and no longer where the guard is off: nobody would read the reports', async () => {
    await changeSettings(scene, { guardOn: false });
    await pauseWebhooks(scene, true);
    const number = await sendCanary();
    await endCanaryWait(scene, number);
    await untilState(scene, number, 'sent');
    await pauseWebhooks(scene, false);
    await expectWell(scene, number, { accepted: readers });
  });

  it('that bounces pauses the issue with the rest unsent; resumed, it goes out after the wait all the same', async () => {
    // So many that hardly any share of them, picked at random, has fewer than the ten that count.
    await addReaders(scene, 'bounced', 160);
    const number = await sendCanary();
    await untilState(scene, number, 'paused');
    expect(await scene.account(number)).toMatchObject({
      accepted: 83,
      waiting: 332,
      canary: { until: null, stoppedBy: ['paused'] },
      guard: { state: 'tripped' },
    });
    await endCanaryWait(scene, number);
    await expectStill(scene, number, async () => look(number));
    await untilReported(scene, number, 83);
    // The rest bounces too: without the guard, so that the test is about the wait alone.
    await changeSettings(scene, { guardOn: false });
    await resume(number);
    await untilState(scene, number, 'sent');
    // All who bounced are suppressed then, and no issue after this one is sent to them.
    await untilReported(scene, number, 415);
    await expectWell(scene, number, { accepted: 415, canary: expect.objectContaining({ state: 'passed' }) });
  });
});

describe('a person, while the rest waits for the canary', () => {
  it('lets it go: once, and only while something waits', async () => {
    const number = await sendCanary();
    const released = unwrap(await releaseRest(scene.ctx, { number, by: 'test' }));
    expect(released).toMatchObject({ canaryState: 'released' });
    await untilState(scene, number, 'sent');
    await expectWell(scene, number, { accepted: readers, canary: expect.objectContaining({ state: 'released' }) });
    expect(await releaseRest(scene.ctx, { number, by: 'test' })).toMatchObject({ refused: 'nothing-waits' });
    expect(await releaseRest(scene.ctx, { number: 9_999, by: 'test' })).toMatchObject({ refused: 'no-issue' });
  });

  it('pauses and resumes: the wait goes on, and what was paused over its end follows then', async () => {
    const number = await sendCanary();
    unwrap(await pauseIssue(scene.ctx, { number, by: 'test', reason: 'a look' }));
    await expectStill(scene, number, async () => look(number));
    const paused = await scene.account(number);
    expect(paused.canary).toMatchObject({ state: 'waiting', until: null, stoppedBy: ['paused'] });
    expect(describeAccount(paused)).toMatch(
      /Nothing goes out now: the issue is paused; `issue resume \d+` goes on\.$/m,
    );
    await resume(number);
    const resumed = { state: 'waiting', until: expect.stringMatching(/Z$/), stoppedBy: [] };
    expect((await scene.account(number)).canary).toMatchObject(resumed);
    await expectStill(scene, number, async () => look(number));
    expect((await getIssueNamed(scene, number)).canaryState).toBe('waiting');
    unwrap(await pauseIssue(scene.ctx, { number, by: 'test', reason: 'a longer look' }));
    await untilReported(scene, number, ahead);
    await endCanaryWait(scene, number);
    await expectStill(scene, number, async () => look(number));
    await resume(number);
    await untilState(scene, number, 'sent');
    await expectWell(scene, number, { accepted: readers });
  });

  it('cancels: the rest never goes out', async () => {
    const number = await sendCanary();
    const { id: issueId } = await getIssueNamed(scene, number);
    unwrap(await stopIssue(scene.ctx, { issueId, by: 'test', reason: 'wrong week' }));
    await endCanaryWait(scene, number);
    await expectStill(scene, number, async () => look(number));
    expect(await countTaken(scene, number)).toBe(ahead);
    await expectWell(scene, number, {
      state: 'cancelled',
      accepted: ahead,
      excluded: { cancelled: readers - ahead },
      canary: { share: 0.2, size: ahead, until: null, state: 'ended', stoppedBy: [] },
    });
  });
});

it('a send one reader too small has no canary', async () => {
  await changeSettings(scene, { canaryFromCount: readers + 1 });
  const number = await approveAgain(scene);
  await scene.send(number);
  await untilState(scene, number, 'sent');
  await expectWell(scene, number, { accepted: readers, canary: null });
});
