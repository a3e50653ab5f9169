import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/platform/clock.ts';
import { countSubscribersByEligibility, ineligibleReasons } from '../../src/subscribers/eligibility.ts';
import { suppressAddress } from '../../src/subscribers/suppress-address.ts';
import { unsubscribe } from '../../src/subscribers/unsubscribe.ts';
import { addSuppression, liftSuppression, listStandingSuppressions } from '../../src/suppressions/queries.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.drop());

let made = 0;
async function createSubscriber(
  state: 'pending' | 'active' | 'unsubscribed' | 'erased' = 'active',
  pausedUntil: Date | null = null,
) {
  made += 1;
  const addressHash = made.toString(16).padStart(64, '0');
  const address = state === 'erased' ? null : `s${made}@example.com`;
  const values = { address, addressHash, state, pausedUntil };
  return test.db.insertInto('subscribers').values(values).returningAll().executeTakeFirstOrThrow();
}

const stateOf = async (id: string) =>
  (await test.db.selectFrom('subscribers').select('state').where('id', '=', id).executeTakeFirst())?.state;
const consentsOf = (id: string) => test.db.selectFrom('consents').selectAll().where('subscriberId', '=', id).execute();
const ctx = () => ({ db: test.db, clock: systemClock });
const request = (subscriberId: string) => ({ subscriberId, deliveryId: randomUUID(), method: 'one-click' as const });

describe('unsubscribing', () => {
  it.each(['active', 'pending'] as const)(
    'takes consent away from an %s subscriber, with the evidence',
    async (state) => {
      const { id } = await createSubscriber(state);
      const asked = { ...request(id), ip: '192.0.2.7' };
      expect(await unsubscribe(ctx(), asked)).toBe('unsubscribed');
      expect(await stateOf(id)).toBe('unsubscribed');
      const evidence = { kind: 'withdrawn', method: 'one-click', deliveryId: asked.deliveryId, ip: '192.0.2.7' };
      expect(await consentsOf(id)).toMatchObject([evidence]);
    },
  );

  it('twice changes nothing more', async () => {
    const { id } = await createSubscriber();
    await unsubscribe(ctx(), request(id));
    const first = await test.db.selectFrom('subscribers').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
    expect(await unsubscribe(ctx(), request(id))).toBe('already-unsubscribed');
    expect(await test.db.selectFrom('subscribers').selectAll().where('id', '=', id).executeTakeFirstOrThrow()).toEqual(
      first,
    );
    expect(await consentsOf(id)).toHaveLength(1);
  });

  it('twenty times at once is once', async () => {
    const { id } = await createSubscriber();
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => unsubscribe(ctx(), request(id))));
    expect(outcomes.filter((outcome) => outcome === 'unsubscribed')).toHaveLength(1);
    expect(await consentsOf(id)).toHaveLength(1);
  });

  it('leaves an erased subscriber erased, and nobody known is no fault', async () => {
    const { id } = await createSubscriber('erased');
    expect(await unsubscribe(ctx(), request(id))).toBe('gone');
    expect(await stateOf(id)).toBe('erased');
    expect(await unsubscribe(ctx(), request(randomUUID()))).toBe('gone');
  });

  it('fault 83: waits for a claim that reads the row, and comes after it', async () => {
    const { id } = await createSubscriber();
    const order: string[] = [];
    let asked: Promise<unknown> = Promise.resolve();
    await test.db.transaction().execute(async (tx) => {
      await sql`select 1 from subscribers where id = ${id} for share`.execute(tx);
      asked = unsubscribe(ctx(), request(id)).then(() => order.push('unsubscribed'));
      await waitUntilBlocked();
      expect(await stateOf(id)).toBe('active');
      order.push('claimed');
    });
    await asked;
    expect(order).toEqual(['claimed', 'unsubscribed']);
  });

  it('fault 41: a row that stays locked fails the attempt and changes nothing', async () => {
    const { id } = await createSubscriber();
    await test.db.transaction().execute(async (tx) => {
      await sql`select 1 from subscribers where id = ${id} for update`.execute(tx);
      await expect(unsubscribe(ctx(), request(id))).rejects.toMatchObject({ code: '55P03' });
    });
    expect(await stateOf(id)).toBe('active');
    expect(await consentsOf(id)).toEqual([]);
  });
});

async function waitUntilBlocked(): Promise<void> {
  for (;;) {
    const waiting =
      await sql`select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`.execute(
        test.db,
      );
    if (waiting.rows.length > 0) return;
  }
}

describe('suppressing an address', () => {
  it('is done once, keeps the reason that weighs most, and outlives the subscriber', async () => {
    const { addressHash } = await createSubscriber();
    const suppress = (reason: 'bounced' | 'complained') =>
      test.db.transaction().execute((tx) => suppressAddress(tx, { addressHash, reason, source: 'webhook' }));
    expect(await suppress('bounced')).toBe(true);
    expect(await suppress('bounced')).toBe(false);
    expect(await suppress('complained')).toBe(true);
    expect(await suppress('bounced')).toBe(false);
    expect(await listStandingSuppressions(test.db, [addressHash])).toMatchObject([{ reason: 'complained' }]);
    const nobody = 'f'.repeat(64);
    const orphan = { addressHash: nobody, reason: 'complained', source: 'webhook' } as const;
    expect(await test.db.transaction().execute((tx) => suppressAddress(tx, orphan))).toBe(true);
  });

  it('waits for a claim that reads the subscriber', async () => {
    const { id, addressHash } = await createSubscriber();
    const suppression = { addressHash, reason: 'bounced', source: 'webhook' } as const;
    let asked: Promise<unknown> = Promise.resolve();
    await test.db.transaction().execute(async (tx) => {
      await sql`select 1 from subscribers where id = ${id} for share`.execute(tx);
      asked = test.db.transaction().execute((other) => suppressAddress(other, suppression));
      await waitUntilBlocked();
      expect(await listStandingSuppressions(test.db, [addressHash])).toEqual([]);
    });
    await asked;
    expect(await listStandingSuppressions(test.db, [addressHash])).toHaveLength(1);
  });

  it('is lifted by a person with a reason, once, and may come again', async () => {
    const { addressHash } = await createSubscriber();
    const suppression = { addressHash, reason: 'manual', source: 'ops' } as const;
    const lift = { addressHash, liftedBy: 'ops@example.com', why: 'a typing error' };
    expect(await liftSuppression(test.db, lift)).toBe(false);
    await addSuppression(test.db, suppression);
    expect(await liftSuppression(test.db, lift)).toBe(true);
    expect(await listStandingSuppressions(test.db, [addressHash])).toEqual([]);
    expect(await addSuppression(test.db, suppression)).toBe(true);
    expect(await listStandingSuppressions(test.db, [])).toEqual([]);
  });

  it('cannot be undone or deleted in Postgres', async () => {
    const { addressHash } = await createSubscriber();
    await addSuppression(test.db, { addressHash, reason: 'bounced', source: 'webhook' });
    await expect(sql`delete from suppressions where address_hash = ${addressHash}`.execute(test.db)).rejects.toThrow(
      /never/,
    );
    await expect(
      sql`update suppressions set reason = 'manual' where address_hash = ${addressHash}`.execute(test.db),
    ).rejects.toThrow(/only be lifted/);
  });
});

describe('who may be mailed', () => {
  it('the first reason in order counts, and all add up', async () => {
    const now = new Date();
    const later = new Date(now.getTime() + 60_000);
    const before = await countSubscribersByEligibility(test.db, now);
    await createSubscriber('active');
    await createSubscriber('active', now);
    await createSubscriber('active', later);
    await createSubscriber('pending', later);
    for (const state of ['pending', 'active', 'unsubscribed', 'erased'] as const) {
      const { addressHash } = await createSubscriber(state, later);
      await addSuppression(test.db, { addressHash, reason: 'bounced', source: 'webhook' });
    }
    const after = await countSubscribersByEligibility(test.db, now);
    expect(after.eligible - before.eligible).toBe(2);
    const grown = ineligibleReasons.map((reason) => [reason, after.ineligible[reason] - before.ineligible[reason]]);
    expect(Object.fromEntries(grown)).toEqual({ erased: 1, unsubscribed: 1, suppressed: 2, pending: 1, paused: 1 });
    const sum = Object.values(after.ineligible).reduce((total, count) => total + count, after.eligible);
    expect(sum).toBe(after.subscribers);
  });
});
