import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { resumeSendingIssue } from '../../src/deliveries/resume-sending-issue.ts';
import { submitBatch } from '../../src/deliveries/submit-batch.ts';
import { tick } from '../../src/ops/tick.ts';
import { checkOracles } from '../support/check-oracles.ts';
import { openScene, type Scene, unwrap, until } from '../support/scene.ts';
import {
  addReaders,
  changeSettings,
  countTaken,
  expectStill,
  letFollow,
  sendAhead,
  untilReported,
  untilState,
} from './care-steps.ts';
import { approveAgain, expectWell, getIssueNamed, listAlerts, listBatches, patient, pauseWebhooks } from './sending.ts';

/** Ten batches of ten, besides those who bounce or complain. */
const readers = 100;
let scene: Scene;

beforeAll(async () => {
  scene = await openScene({ readers, env: patient });
  await scene.work();
});
beforeEach(async () => changeSettings(scene, { guardOn: true }));
afterAll(async () => scene.end());

const resume = async (number: number) =>
  unwrap(await resumeSendingIssue(scene.ctx, { number, by: 'test', acceptsProvider: false }));

async function look(number: number): Promise<void> {
  for (const batch of await listBatches(scene, number)) await submitBatch(scene.ctx, batch.id);
  await tick(scene.ctx);
}

const tripsOf = async (): Promise<number> =>
  (await listAlerts(scene)).filter((code) => code === 'guard-limits-passed').length;

describe('112. a storm of bounces in mid-send', () => {
  it('112. pauses the issue with an alert, and nothing more of it goes out; resumed, the same figures stop it no more', async () => {
    await addReaders(scene, 'bounced', 15);
    const trips = await tripsOf();
    const number = await approveAgain(scene);
    const issueId = await sendAhead(scene, number, 6);
    await untilState(scene, number, 'paused');
    await untilReported(scene, number, 60);
    const { stateReason } = await getIssueNamed(scene, number);
    expect(stateReason).toMatch(/^guard: 1[0-5] of \d+ bounced \(\d+(\.\d+)? %, the limit is 4 %\)/);
    expect(await tripsOf()).toBe(trips + 1);
    expect(await scene.account(number)).toMatchObject({
      state: 'paused',
      accepted: 60,
      waiting: 55,
      balanced: true,
      guard: { bounceShare: 0.25, complaintShare: 0, state: 'tripped' },
    });
    await letFollow(scene, issueId);
    await expectStill(scene, number, async () => look(number));
    expect(await checkOracles(scene, { isEnded: true })).toEqual([]);

    await resume(number);
    await untilState(scene, number, 'sent');
    await untilReported(scene, number, 115);
    await tick(scene.ctx);
    expect(await tripsOf()).toBe(trips + 1);
    await expectWell(scene, number, {
      accepted: 115,
      guard: {
        bounceShare: 15 / 115,
        complaintShare: 0,
        state: 'watching',
        baseline: { delivered: 45, bounced: 15, complained: 0, at: expect.stringMatching(/Z$/), by: 'test' },
        sinceBaseline: { bounceShare: 0, complaintShare: 0 },
      },
    });
  });

  it('112. ten new bounces after a person went on pause it again', async () => {
    await addReaders(scene, 'bounced', 20);
    const trips = await tripsOf();
    const number = await approveAgain(scene);
    const issueId = await sendAhead(scene, number, 1);
    await untilState(scene, number, 'paused');
    await resume(number);
    expect(await scene.account(number)).toMatchObject({ accepted: 10, guard: { bounceShare: 1, state: 'watching' } });
    await tick(scene.ctx);
    expect(await getIssueNamed(scene, number)).toMatchObject({ state: 'sending' });
    await scene.ctx.db
      .updateTable('batches')
      .set({ ringAt: new Date() })
      .where('issueId', '=', issueId)
      .where('ordinal', '=', (await listBatches(scene, number))[1]?.ordinal ?? 0)
      .execute();
    await untilState(scene, number, 'paused');
    expect(await tripsOf()).toBe(trips + 2);
    expect((await getIssueNamed(scene, number)).stateReason).toMatch(/^guard: 10 of 10 bounced/);
    await resume(number);
    await letFollow(scene, issueId);
    await untilState(scene, number, 'sent');
    await expectWell(scene, number, { accepted: 120 });
  });

  it('112. pauses nothing where the guard is switched off, and says so', async () => {
    await changeSettings(scene, { guardOn: false });
    await addReaders(scene, 'bounced', 12);
    const number = await approveAgain(scene);
    const issueId = await sendAhead(scene, number, 2);
    await untilReported(scene, number, 20);
    await tick(scene.ctx);
    expect(await scene.account(number)).toMatchObject({ state: 'sending', guard: { bounceShare: 0.6, state: 'off' } });
    await letFollow(scene, issueId);
    await untilState(scene, number, 'sent');
    await expectWell(scene, number, { accepted: 112 });
  });
});

it('112. five complaints in mid-send pause the issue', async () => {
  await addReaders(scene, 'complained', 5);
  const number = await approveAgain(scene);
  const issueId = await sendAhead(scene, number, 2);
  await untilState(scene, number, 'paused');
  expect((await getIssueNamed(scene, number)).stateReason).toMatch(/^guard: 5 of \d+ complained/);
  await until('all that went out is reported', async () => (await scene.account(number)).outcomes.delivered === 15);
  expect(await scene.account(number)).toMatchObject({ guard: { complaintShare: 0.25, state: 'tripped' }, waiting: 85 });
  await resume(number);
  await letFollow(scene, issueId);
  await untilState(scene, number, 'sent');
  await expectWell(scene, number, { accepted: 105 });
});

it('112. nine bounces, or four complaints, whatever their share, pause nothing', async () => {
  await addReaders(scene, 'bounced', 9);
  await addReaders(scene, 'complained', 4);
  const trips = await tripsOf();
  const number = await approveAgain(scene);
  const issueId = await sendAhead(scene, number, 2);
  await until('they are reported', async () => {
    const { bounced, complained } = (await scene.account(number)).outcomes;
    return bounced === 9 && complained === 4;
  });
  await tick(scene.ctx);
  expect(await tripsOf()).toBe(trips);
  await letFollow(scene, issueId);
  await untilState(scene, number, 'sent');
  await expectWell(scene, number, { accepted: 113 });
});

it('112. bounces reported after everything has gone out are told of once, and the issue stays sent', async () => {
  await addReaders(scene, 'bounced', 12);
  const number = await approveAgain(scene);
  await pauseWebhooks(scene, true);
  await scene.send(number);
  await untilState(scene, number, 'sent');
  await pauseWebhooks(scene, false);
  await untilReported(scene, number, 112);
  const late = async () => (await listAlerts(scene)).filter((code) => code === 'guard-limits-passed-late').length;
  await until('the operator is told', async () => (await late()) > 0);
  await tick(scene.ctx);
  expect(await late()).toBe(1);
  expect(await countTaken(scene, number)).toBe(112);
  await expectWell(scene, number, {
    state: 'sent',
    accepted: 112,
    guard: expect.objectContaining({ state: 'late' }),
  });
});
