import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { reconcile, reconcileLimitMs } from '../../src/events/reconcile.ts';
import { isReconcileDue, reconcileDue } from '../../src/events/reconcile-due.ts';
import { tick } from '../../src/ops/tick.ts';
import { readSandboxLedger } from '../../src/sandbox/ledger.ts';
import { openScene, type Scene, until } from '../support/scene.ts';
import { approveAgain, dropWebhooks, expectWell, listDeliveries, patient, pauseWebhooks, waitSent } from './sending.ts';

const readers = 8;
const hourMs = 3_600_000;
let scene: Scene;

beforeAll(async () => {
  const rows = ['bounced@example.com,,active,,,2026-01-05,test', 'complained@example.com,,active,,,2026-01-05,test'];
  scene = await openScene({ readers, rows, env: patient });
  await pauseWebhooks(scene, true);
  await scene.work();
});
beforeEach(async () => scene.clearFaults());
afterAll(async () => scene.end());

/** Sends one more issue whose webhooks never come, and puts its acceptance back in time. */
async function sendUnheard(hoursAgo: number): Promise<{ number: number; issueId: string }> {
  const number = await approveAgain(scene);
  const issueId = await scene.send(number);
  await waitSent(scene, number);
  await rest(1);
  const acceptedAt = new Date(Date.now() - hoursAgo * hourMs);
  await scene.ctx.db.updateTable('deliveries').set({ acceptedAt }).where('issueId', '=', issueId).execute();
  await until('everything has happened at the provider', async () => {
    const waiting = scene.sandboxDb.selectFrom('events').select('id').where('occurredAt', '>', new Date());
    return (await waiting.execute()).length === 0;
  });
  return { number, issueId };
}

/** So many days the service's own tick asks for nothing; 0: it is time to ask. */
async function rest(days: number): Promise<void> {
  const value = JSON.stringify({ until: new Date(Date.now() + days * 24 * hourMs).toISOString() });
  await scene.ctx.db
    .insertInto('settings')
    .values({ key: 'reconcile', value, updatedBy: 'test' })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
    .execute();
}

/** How often the provider was asked about mails of an issue. */
async function countAsked(issueId: string): Promise<number> {
  const { requests, mails } = await readSandboxLedger(scene.sandboxDb);
  const own = new Set(mails.filter((mail) => mail.tags.issue_id === issueId).map((mail) => `/emails/${mail.id}`));
  return requests.filter(({ method, path }) => method === 'GET' && own.has(path)).length;
}

const untilKnown = (number: number) =>
  until('every outcome is known', async () => (await scene.account(number)).outcomes.none === 0);

const now = () => scene.ctx.clock.now();
const everything = (issueId: string) => ({ issueId, acceptedBefore: now(), askedBefore: now(), limit: 1_000 });

describe('80. our address was down for 28 h and the provider has given up', () => {
  it('the tick asks for what is missing, newest first, and everything else follows as from an event', async () => {
    const { number, issueId } = await sendUnheard(28);
    await scene.sandboxDb.updateTable('events').set({ nextAt: null }).execute();
    await rest(0);
    await tick(scene.ctx);
    await untilKnown(number);
    const delivered = readers;
    expect((await scene.account(number)).outcomes).toMatchObject({ delivered, bounced: 1, complained: 1, none: 0 });
    expect(await countAsked(issueId)).toBe(readers + 2);
    const suppressed = await scene.ctx.db.selectFrom('suppressions').select('reason').execute();
    // Whether a bounce is for good is not told: the provider suppresses it itself.
    expect(suppressed).toEqual([{ reason: 'complained' }]);
    await expectWell(scene, number, { state: 'sent', accepted: readers + 2 });
    await until('it rests', async () => !(await isReconcileDue(scene.ctx)));
    await tick(scene.ctx);
    expect(await countAsked(issueId)).toBe(readers + 2);
  });

  it('a webhook that comes after all changes nothing that is known, and more where it knows more', async () => {
    const { number } = await sendUnheard(28);
    await rest(0);
    await reconcileDue(scene.ctx);
    await untilKnown(number);
    const before = (await scene.account(number)).outcomes;
    await pauseWebhooks(scene, false);
    await until('all webhooks were taken', async () => {
      const rows = scene.sandboxDb.selectFrom('events').select('id').where('nextAt', 'is not', null);
      return (await rows.execute()).length === 0;
    });
    await pauseWebhooks(scene, true);
    await until('all are applied', async () => {
      const open = scene.ctx.db.selectFrom('providerEvents').select('svixId').where('settledAt', 'is', null);
      return (await open.execute()).length === 0;
    });
    expect((await scene.account(number)).outcomes).toEqual(before);
    await expectWell(scene, number, { state: 'sent' });
  });
});

describe('80. who is asked about', () => {
  it('nobody whose outcome is known, and nobody accepted lately', async () => {
    const { issueId } = await sendUnheard(1);
    await rest(0);
    await reconcileDue(scene.ctx);
    expect(await countAsked(issueId)).toBe(0);
  });

  it('nobody older than the provider remembers', async () => {
    const { issueId } = await sendUnheard(reconcileLimitMs / hourMs + 1);
    expect(await reconcile(scene.ctx, everything(issueId))).toEqual({ asked: 0, learnt: 0, ended: 'done' });
    await dropWebhooks(scene);
  });

  it('the newest first, so many at a time, and none twice within a day', async () => {
    const { number, issueId } = await sendUnheard(28);
    const deliveries = await listDeliveries(scene, number);
    for (const [index, { id }] of deliveries.entries()) {
      const acceptedAt = new Date(Date.now() - (28 + index) * hourMs);
      await scene.ctx.db.updateTable('deliveries').set({ acceptedAt }).where('id', '=', id).execute();
    }
    const which = { ...everything(issueId), limit: 3 };
    expect(await reconcile(scene.ctx, which)).toMatchObject({ asked: 3, ended: 'done' });
    const asked = await listAsked(issueId);
    expect(asked.toSorted()).toEqual(
      deliveries
        .slice(0, 3)
        .map(({ id }) => id)
        .toSorted(),
    );
    expect(await reconcile(scene.ctx, which)).toMatchObject({ asked: 3 });
    expect(await reconcile(scene.ctx, { ...which, limit: 1_000 })).toMatchObject({ asked: deliveries.length - 6 });
    expect(await reconcile(scene.ctx, which)).toMatchObject({ asked: 0 });
    await untilKnown(number);
    await expectWell(scene, number, { state: 'sent' });
  });

  async function listAsked(issueId: string): Promise<string[]> {
    const rows = await scene.ctx.db
      .selectFrom('providerMessages as m')
      .innerJoin('deliveries as d', 'd.id', 'm.deliveryId')
      .select('d.id')
      .where('d.issueId', '=', issueId)
      .where('m.askedAt', 'is not', null)
      .execute();
    return rows.map((row) => row.id);
  }
});

describe('80. a provider that does not tell', () => {
  const onMails = (action: object) => ({ match: { method: 'GET', times: 'always' }, action });
  it.each([
    [
      'a key for sending only',
      { kind: 'status', status: 401, name: 'restricted_api_key' },
      { ended: 'refused', restHours: 23 },
    ],
    ['500', { kind: 'status', status: 500 }, { ended: 'silent', restHours: 0 }],
  ])('(%s) is left alone for a while, and nothing is changed', async (_name, action, { ended, restHours }) => {
    const { issueId } = await sendUnheard(28);
    await scene.fault(onMails(action));
    expect(await reconcile(scene.ctx, everything(issueId))).toMatchObject({ asked: 0, learnt: 0, ended });
    await rest(0);
    await reconcileDue(scene.ctx);
    await until('it rests', async () => !(await isReconcileDue(scene.ctx)));
    const later = new Date(Date.now() + restHours * hourMs);
    const then = { ...scene.ctx, clock: { ...scene.ctx.clock, now: () => later } };
    expect(await isReconcileDue(then)).toBe(false);
    await dropWebhooks(scene);
  });

  it('a mail it does not know any more is not asked about again today', async () => {
    const { issueId } = await sendUnheard(28);
    await scene.fault(onMails({ kind: 'status', status: 404, name: 'not_found' }));
    const asked = await reconcile(scene.ctx, everything(issueId));
    expect(asked).toMatchObject({ learnt: 0, ended: 'done' });
    expect(asked.asked).toBeGreaterThan(0);
    const before = { ...everything(issueId), askedBefore: new Date(Date.now() - hourMs) };
    expect(await reconcile(scene.ctx, before)).toMatchObject({ asked: 0 });
  });
});

it('80. the command asks about one issue at once and prints the account', async () => {
  const { number } = await sendUnheard(0);
  const program = await scene.run(['issue', 'reconcile', String(number)]);
  expect(await program.ended).toBe(0);
  expect(program.output()).toMatch(/Asked about \d+, learnt of \d+/);
  await untilKnown(number);
  await expectWell(scene, number, { state: 'sent' });
});
