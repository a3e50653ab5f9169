import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accountIssue } from '../../src/deliveries/account-issue.ts';
import { getIssue } from '../../src/issues/queries.ts';
import { insertIssue } from '../issues/insert-samples.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { insertBatch, insertDelivery, insertSubscriber, type SampleDelivery } from './insert-deliveries.ts';

const now = new Date('2026-11-21T10:00:00Z');
let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.drop());

describe('an issue before its freeze', () => {
  it('is accounted as the freeze would take the subscribers of this moment', async () => {
    const { db } = test;
    for (const state of ['active', 'active', 'pending', 'unsubscribed', 'erased'] as const)
      await insertSubscriber(db, state);
    const { addressHash } = await insertSubscriber(db);
    await db.insertInto('suppressions').values({ addressHash, reason: 'bounced', source: 'test' }).execute();
    const paused = await insertSubscriber(db);
    await db
      .updateTable('subscribers')
      .set({ pausedUntil: new Date(now.getTime() + 1) })
      .where('id', '=', paused.id)
      .execute();
    const { id } = await insertIssue(db, { number: 1, state: 'draft' });
    expect(await accountIssue(db, await getIssue(db, id), now)).toMatchObject({
      issue: 1,
      state: 'draft',
      subscribers: 7,
      ineligible: { pending: 1, unsubscribed: 1, erased: 1, suppressed: 1, paused: 1 },
      eligible: 2,
      waiting: 2,
      accepted: 0,
      balanced: true,
    });
    await db.updateTable('issues').set({ state: 'cancelled' }).where('id', '=', id).execute();
  });
});

describe('a frozen issue', () => {
  async function freezeWith(number: number, deliveries: SampleDelivery[], subscribersCount: number) {
    const { db } = test;
    const { id: issueId } = await insertIssue(db, { number, state: 'sent' });
    const ineligible = JSON.stringify({ unsubscribed: 2, paused: 1, erased: 0 });
    await db.updateTable('issues').set({ subscribersCount, ineligible }).where('id', '=', issueId).execute();
    const batchId = await insertBatch(db, issueId);
    for (const delivery of deliveries) await insertDelivery(db, { issueId, batchId }, delivery);
    return accountIssue(db, await getIssue(db, issueId), now);
  }

  const everyKind: SampleDelivery[] = [
    { state: 'waiting' },
    { state: 'accepted' },
    { state: 'accepted' },
    { state: 'accepted', outcome: 'sent' },
    { state: 'accepted', outcome: 'delayed' },
    { state: 'accepted', outcome: 'delivered' },
    { state: 'accepted', outcome: 'delivered' },
    { state: 'accepted', outcome: 'failed' },
    { state: 'accepted', outcome: 'suppressed' },
    { state: 'accepted', outcome: 'bounced' },
    { state: 'accepted', outcome: 'complained' },
    { state: 'excluded', reason: 'unsubscribed' },
    { state: 'excluded', reason: 'unsubscribed' },
    { state: 'excluded', reason: 'suppressed' },
    { state: 'failed', reason: 'not an address' },
    { state: 'unknown', reason: 'asked for 23 hours' },
  ];

  it('has everybody in exactly one figure', async () => {
    const outcomes = {
      none: 2,
      sent: 1,
      delayed: 1,
      delivered: 2,
      failed: 1,
      suppressed: 1,
      bounced: 1,
      complained: 1,
    };
    expect(await freezeWith(2, everyKind, 19)).toEqual({
      issue: 2,
      state: 'sent',
      subscribers: 19,
      ineligible: { unsubscribed: 2, paused: 1 },
      eligible: 16,
      accepted: 10,
      excluded: { unsubscribed: 2, suppressed: 1 },
      failed: 1,
      unknown: 1,
      waiting: 1,
      balanced: true,
      outcomes,
      canary: null,
      guard: { bounceShare: 0.25, complaintShare: 1 / 3, state: 'watching', baseline: null, sinceBaseline: null },
    });
  });

  it('whose deliveries are fewer than the freeze counted does not balance', async () => {
    expect(await freezeWith(3, everyKind, 20)).toMatchObject({ eligible: 16, balanced: false });
  });

  it('is not touched by subscribers who come later', async () => {
    const before = await freezeWith(4, [{ state: 'accepted' }], 4);
    await insertSubscriber(test.db);
    const issue = await test.db.selectFrom('issues').selectAll().where('number', '=', 4).executeTakeFirstOrThrow();
    expect(await accountIssue(test.db, issue, now)).toEqual(before);
    expect(before).toMatchObject({ subscribers: 4, eligible: 1, balanced: true });
  });

  it('to nobody balances', async () => {
    expect(await freezeWith(5, [], 3)).toMatchObject({ eligible: 0, accepted: 0, waiting: 0, balanced: true });
  });
});

describe('a canary whose rest waits', () => {
  const until = '2026-11-21T10:30:00.000Z';
  const later = '2026-11-22T00:00:00.000Z';
  const off = { isOn: false, reason: 'test' };
  let number = 10;

  it.each([
    { fact: 'follows by itself', state: 'sending', change: {}, expected: { until, stoppedBy: [] } },
    {
      fact: 'needs a person where the issue is paused',
      state: 'paused',
      change: {},
      expected: { until: null, stoppedBy: ['paused'] },
    },
    {
      fact: 'needs a person where sending is off',
      state: 'sending',
      change: off,
      expected: { until: null, stoppedBy: ['sending-off'] },
    },
    {
      fact: 'needs two acts where both are',
      state: 'paused',
      change: off,
      expected: { until: null, stoppedBy: ['paused', 'sending-off'] },
    },
    {
      fact: 'needs a word of its own where sending is held',
      state: 'sending',
      change: { ...off, hold: 'restored' },
      expected: { until: null, stoppedBy: ['sending-held'] },
    },
    {
      fact: 'follows when sending goes on by itself',
      state: 'sending',
      change: { ...off, resumesAt: new Date(later) },
      expected: { until: later, stoppedBy: ['sending-off'] },
    },
    {
      fact: 'never follows where the issue is cancelled',
      state: 'cancelled',
      change: off,
      expected: { until: null, stoppedBy: [], state: 'ended' },
    },
  ] as const)('$fact', async ({ state, change, expected }) => {
    const { db } = test;
    number += 1;
    const { id } = await insertIssue(db, { number, state });
    const canary = { canaryState: 'waiting', canaryPercent: 5, canaryCount: 5, canaryUntil: new Date(until) } as const;
    await db
      .updateTable('issues')
      .set({ ...canary, frozenAt: now })
      .where('id', '=', id)
      .execute();
    const on = { isOn: true, hold: null, reason: null, resumesAt: null };
    await db
      .updateTable('sendingSwitch')
      .set({ ...on, ...change })
      .execute();
    const account = await accountIssue(db, await getIssue(db, id), now);
    expect(account.canary).toEqual({ share: 0.05, size: 5, state: 'waiting', ...expected });
    await db.updateTable('issues').set({ state: 'cancelled' }).where('id', '=', id).execute();
  });
});
