import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyEvent } from '../../src/events/apply-event.ts';
import { beginSending } from '../../src/deliveries/begin-sending.ts';
import { listDeliveriesFailedLater, resendFailed } from '../../src/deliveries/resend-failed.ts';
import { readSandboxLedger } from '../../src/sandbox/ledger.ts';
import { newWebhookId } from '../../src/sandbox/webhook-payload.ts';
import { checkOracles } from '../support/check-oracles.ts';
import { openScene, type Scene, unwrap, until } from '../support/scene.ts';
import { postEvent, unsubscribeInTheEnd } from './consent-steps.ts';
import {
  approveAgain,
  expectWell,
  freezeHeld,
  getIssueNamed,
  letSendingGo,
  listAlerts,
  listBatches,
  listDeliveries,
  listRequests,
  patient,
  pauseWebhooks,
  waitSent,
} from './sending.ts';

const readers = 6;
let scene: Scene;

beforeAll(async () => {
  scene = await openScene({ readers, env: patient });
  await pauseWebhooks(scene, true);
  await scene.work();
});
afterAll(async () => scene.end());

async function sendOne(): Promise<{ number: number; issueId: string }> {
  const number = await approveAgain(scene);
  const issueId = await scene.send(number);
  await waitSent(scene, number);
  return { number, issueId };
}

/** What the provider knows of the mails of an issue, newest first. */
async function listMails(number: number) {
  const { mails } = await readSandboxLedger(scene.sandboxDb);
  const { id } = await getIssueNamed(scene, number);
  return mails.filter((mail) => mail.tags.issue_id === id).toReversed();
}

type Mail = Awaited<ReturnType<typeof listMails>>[number];

/** An event about one mail, as the provider words it, applied at once. */
async function report(mail: Mail | undefined, type: string, more: object = {}) {
  const { id: email_id, to, tags } = mail ?? { id: '', to: [], tags: {} };
  const svixId = newWebhookId();
  const payload = { type, created_at: new Date().toISOString(), data: { email_id, to, tags, ...more } };
  expect(await postEvent(scene, payload, svixId)).toBe(204);
  await applyEvent(scene.ctx, svixId);
  const event = scene.ctx.db.selectFrom('providerEvents').selectAll().where('svixId', '=', svixId);
  await until('the event is settled', async () => (await event.executeTakeFirstOrThrow()).settledAt !== null);
  return event.executeTakeFirstOrThrow();
}

const quota = { failed: { reason: 'reached_daily_quota' } };
const decision = { note: 'the plan was raised', by: 'test' };

describe('65. accepted, then failed at the provider for a quota', () => {
  it('is an outcome in the accounting, told once an issue, listed with the reason, and never sent again by itself', async () => {
    const { number, issueId } = await sendOne();
    const alerts = (await listAlerts(scene)).length;
    const [first, second, ...rest] = await listMails(number);
    for (const mail of [first, second]) await report(mail, 'email.failed', quota);
    for (const mail of rest) await report(mail, 'email.delivered');
    expect((await scene.account(number)).outcomes).toMatchObject({ failed: 2, delivered: readers - 2 });
    expect((await listAlerts(scene)).slice(alerts)).toEqual(['deliveries-failed-later']);
    const failed = await listDeliveriesFailedLater(scene.ctx, issueId);
    expect(failed.map(({ reason, resends }) => ({ reason, resends }))).toEqual([
      { reason: 'reached_daily_quota', resends: 0 },
      { reason: 'reached_daily_quota', resends: 0 },
    ]);
    unwrap(await beginSending(scene.ctx, { number, by: 'test' }));
    await expectWell(scene, number, { state: 'sent', accepted: readers, waiting: 0, failed: 0 });
    expect(await listMails(number)).toHaveLength(readers);
  });

  it('is sent again by a person, under a new key, to those alone; the words, the person and the deliveries are kept', async () => {
    const { number, issueId } = await sendOne();
    const [first, second] = await listMails(number);
    for (const mail of [first, second]) await report(mail, 'email.failed', quota);
    const deliveryIds = [first?.tags.delivery_id ?? ''];
    expect(await resendFailed(scene.ctx, { issueId, deliveryIds, ...decision })).toEqual({ count: 1 });
    await waitSent(scene, number);
    const [again, ...before] = await listMails(number);
    expect(before).toHaveLength(readers);
    expect(again).toMatchObject({ to: first?.to, tags: first?.tags });
    expect(again?.idempotencyKey).not.toBe(first?.idempotencyKey);
    const batch = (await listBatches(scene, number)).at(-1);
    expect(await listRequests(scene, batch?.id ?? '')).toMatchObject([{ outcome: 'accepted', mailCount: 1 }]);
    const audit = await scene.ctx.db.selectFrom('auditLog').selectAll().where('action', '=', 'resend-failed').execute();
    expect(audit.at(-1)).toMatchObject({
      actor: 'test',
      entityId: issueId,
      note: decision.note,
      after: { deliveries: deliveryIds },
    });
    await report(again, 'email.delivered');
    expect((await scene.account(number)).outcomes).toMatchObject({ failed: 1, delivered: 1 });
    await expectWell(scene, number, { state: 'sent', accepted: readers, waiting: 0 });
  });

  it('twice at once it is sent again once; what has not failed is never sent again', async () => {
    const { number, issueId } = await sendOne();
    const [first, second, third] = await listMails(number);
    await report(first, 'email.failed', quota);
    await report(second, 'email.bounced', { bounce: { type: 'Permanent' } });
    await report(third, 'email.delivered');
    const resend = { issueId, deliveryIds: 'all' as const, ...decision };
    const counts = await Promise.all([resendFailed(scene.ctx, resend), resendFailed(scene.ctx, resend)]);
    expect(counts.map((one) => unwrap(one).count)).toEqual(expect.arrayContaining([0, 1]));
    const others = [second, third].map((mail) => mail?.tags.delivery_id ?? '');
    expect(await resendFailed(scene.ctx, { issueId, deliveryIds: others, ...decision })).toEqual({ count: 0 });
    await waitSent(scene, number);
    expect(await listMails(number)).toHaveLength(readers + 1);
    await expectWell(scene, number, { state: 'sent', accepted: readers });
  });

  it('old news of the mail before changes nothing of the one after, neither while it waits nor when it is out', async () => {
    const { number, issueId } = await sendOne();
    const [first] = await listMails(number);
    await report(first, 'email.failed', quota);
    await scene.ctx.db.updateTable('sendingSwitch').set({ isOn: false, reason: 'held by the test' }).execute();
    unwrap(await resendFailed(scene.ctx, { issueId, deliveryIds: 'all', ...decision }));
    const stateOf = async () =>
      (await listDeliveries(scene, number)).find(({ id }) => id === first?.tags.delivery_id) ?? { state: 'gone' };
    expect(await report(first, 'email.failed', quota)).toMatchObject({ state: 'ignored' });
    expect(await stateOf()).toMatchObject({ state: 'waiting', outcome: null });
    await letSendingGo(scene);
    await waitSent(scene, number);
    const [again] = await listMails(number);
    await report(again, 'email.delivered');
    for (const type of ['email.failed', 'email.delivered'])
      expect(await report(first, type, quota)).toMatchObject({ state: 'ignored' });
    expect(await stateOf()).toMatchObject({ state: 'accepted', outcome: 'delivered' });
    expect(await report(first, 'email.complained')).toMatchObject({ state: 'ignored' });
    const suppressions = await scene.ctx.db.selectFrom('suppressions').select('reason').execute();
    expect(suppressions.map(({ reason }) => reason)).toContain('complained');
    await expectWell(scene, number, { state: 'sent', waiting: 0 });
  });

  it('who unsubscribed meanwhile is excluded, though a person wanted it sent', async () => {
    const { number, issueId } = await sendOne();
    const [first] = await listMails(number);
    await report(first, 'email.failed', quota);
    const delivery = (await listDeliveries(scene, number)).find(({ id }) => id === first?.tags.delivery_id);
    await unsubscribeInTheEnd(scene, { id: delivery?.subscriberId ?? '', deliveryId: delivery?.id ?? '' });
    unwrap(await resendFailed(scene.ctx, { issueId, deliveryIds: 'all', ...decision }));
    await waitSent(scene, number);
    await expectWell(scene, number, { state: 'sent', excluded: { unsubscribed: 1 }, waiting: 0 });
  });

  it('is refused while another issue is open', async () => {
    const { number, issueId } = await sendOne();
    const [first] = await listMails(number);
    await report(first, 'email.failed', quota);
    const next = await freezeHeld(scene);
    const refused = await resendFailed(scene.ctx, { issueId, deliveryIds: 'all', ...decision });
    expect(refused).toMatchObject({ refused: 'cannot-send-again', sentence: expect.stringContaining(`Issue ${next}`) });
    await letSendingGo(scene);
    await waitSent(scene, next);
    unwrap(await resendFailed(scene.ctx, { issueId, deliveryIds: 'all', ...decision }));
    await waitSent(scene, number);
    await expectWell(scene, number, { state: 'sent', waiting: 0 });
  });
});

describe('65. the command', () => {
  it('shows them, wants a reason and the typed words, and sends them again', async () => {
    const { number } = await sendOne();
    const [first] = await listMails(number);
    await report(first, 'email.failed', quota);
    const run = async (...args: string[]) => {
      const program = await scene.run(['issue', 'resend', String(number), ...args]);
      return { status: await program.ended, output: program.output() };
    };
    expect(await run()).toMatchObject({ status: 0, output: expect.stringContaining('reached_daily_quota') });
    const untyped = await run('--note', 'again');
    expect(untyped).toMatchObject({ status: 2, output: expect.stringContaining('Nothing was changed') });
    const odd = await run('--note', 'again', '--confirm', 'send again', '--delivery', 'nobody');
    expect(odd).toMatchObject({ status: 2, output: expect.stringContaining('is no delivery') });
    const done = await run('--note', 'again', '--confirm', 'send again', '--json');
    expect(done.status).toBe(0);
    expect(done.output).toContain('"again": 1');
    await waitSent(scene, number);
    expect(await run()).toMatchObject({ status: 0, output: expect.stringContaining('nothing that was accepted') });
    const idle = await run('--note', 'again', '--confirm', 'send again');
    expect(idle).toMatchObject({ status: 1, output: expect.stringMatching(/nothing that was accepted.*Nothing was/) });
    // The list names addresses to the person who asks: this once they stand in what a process has written.
    const found = await checkOracles(scene, { isEnded: true });
    expect(found.filter((violation) => !violation.startsWith('O7'))).toEqual([]);
  });
});
