import { type RawBuilder, sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeliveryState, Outcome } from '../../src/deliveries/delivery.ts';
import { insertDelivery, insertSendingIssue, insertSubscriber } from '../deliveries/insert-deliveries.ts';
import { insertIssue } from '../issues/insert-samples.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let test: TestDatabase;
let place: { issueId: string; batchId: string };
beforeAll(async () => {
  test = await createTestDatabase();
  place = await insertSendingIssue(test.db);
});
afterAll(() => test.drop());

/** Postgres' code of the refusal, or `done`. 23001 is our own triggers, 23505 unique, 23514 a check. */
async function attempt(statement: RawBuilder<unknown>): Promise<string> {
  try {
    await statement.execute(test.db);
    return 'done';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}

const states: DeliveryState[] = ['waiting', 'accepted', 'excluded', 'failed', 'unknown'];
const reachable: Record<DeliveryState, DeliveryState[]> = {
  waiting: states,
  unknown: ['unknown', 'accepted', 'failed', 'waiting'],
  failed: ['failed', 'accepted'],
  accepted: ['accepted'],
  excluded: ['excluded'],
};

describe('the state of a delivery moves forward only', () => {
  it.each(states.flatMap((from) => states.map((to) => [from, to] as const)))('%s -> %s', async (from, to) => {
    const id = await insertDelivery(test.db, place, { state: from, reason: 'test' });
    const done = await attempt(sql`
      update deliveries set state = ${to}::text, reason = 'test',
        accepted_at = case when ${to}::text = 'accepted' then now() end where id = ${id}`);
    expect(done).toBe(reachable[from].includes(to) ? 'done' : '23001');
  });
});

/** Those of one rank replace nothing of each other through the program; the trigger lets equals pass. */
const ranked: Outcome[][] = [['sent'], ['delayed'], ['delivered'], ['failed', 'suppressed', 'bounced'], ['complained']];

describe('the outcome of a delivery moves forward only', () => {
  const pairs = ranked.flatMap((froms, from) =>
    ranked.flatMap((tos, to) => froms.flatMap((one) => tos.map((other) => [one, other, to >= from] as const))),
  );
  it.each(pairs)('%s -> %s: %s', async (from, to, isForward) => {
    const id = await insertDelivery(test.db, place, { state: 'accepted', outcome: from });
    const done = await attempt(sql`update deliveries set outcome = ${to} where id = ${id}`);
    expect(done).toBe(isForward ? 'done' : '23001');
  });

  it('never back to nothing', async () => {
    const id = await insertDelivery(test.db, place, { state: 'accepted', outcome: 'sent' });
    expect(await attempt(sql`update deliveries set outcome = null where id = ${id}`)).toBe('23001');
  });
});

describe('a delivery', () => {
  it('is there once for a subscriber and once for an address', async () => {
    const id = await insertDelivery(test.db, place, { state: 'accepted' });
    const again = (subscriberId: RawBuilder<unknown>, hash: RawBuilder<unknown>) => sql`
      insert into deliveries (issue_id, subscriber_id, address_hash, variant, batch_id, batch_position, due_at)
      select issue_id, ${subscriberId}, ${hash}, variant, batch_id, 999, due_at from deliveries where id = ${id}`;
    const other = await insertSubscriber(test.db);
    expect(await attempt(again(sql`subscriber_id`, sql`${other.addressHash}`))).toBe('23505');
    expect(await attempt(again(sql`${other.id}::uuid`, sql`address_hash`))).toBe('23505');
    expect(await attempt(again(sql`${other.id}::uuid`, sql`${other.addressHash}`))).toBe('done');
  });

  it('that is accepted has a time, one that is excluded a reason, one with an outcome is accepted', async () => {
    const id = await insertDelivery(test.db, place, { state: 'waiting' });
    expect(await attempt(sql`update deliveries set state = 'accepted' where id = ${id}`)).toBe('23514');
    expect(await attempt(sql`update deliveries set state = 'excluded' where id = ${id}`)).toBe('23514');
    expect(await attempt(sql`update deliveries set outcome = 'sent' where id = ${id}`)).toBe('23514');
  });
});

describe('a suppression', () => {
  const add = async () => {
    const { addressHash } = await insertSubscriber(test.db);
    const values = { addressHash, reason: 'complained', source: 'test' } as const;
    return test.db.insertInto('suppressions').values(values).returning('id').executeTakeFirstOrThrow();
  };
  const lift = (id: string) =>
    attempt(sql`update suppressions set lifted_at = now(), lifted_by = 'me', lifted_why = 'asked' where id = ${id}`);

  it('is lifted once, by somebody, with a reason, and never unlifted', async () => {
    const { id } = await add();
    expect(await attempt(sql`update suppressions set lifted_at = now() where id = ${id}`)).toBe('23514');
    expect(await lift(id)).toBe('done');
    expect(await lift(id)).toBe('23001');
    const unlift = sql`update suppressions set lifted_at = null, lifted_by = null, lifted_why = null where id = ${id}`;
    expect(await attempt(unlift)).toBe('23001');
  });

  it('is never changed on the way, and never deleted', async () => {
    const { id } = await add();
    const change = sql`update suppressions set reason = 'manual', lifted_at = now(), lifted_by = 'me', lifted_why = 'x' where id = ${id}`;
    expect(await attempt(change)).toBe('23001');
    expect(await attempt(sql`update suppressions set source = 'other' where id = ${id}`)).toBe('23001');
    expect(await attempt(sql`delete from suppressions where id = ${id}`)).toBe('23001');
  });

  it('stands once for an address; after it was lifted there may be another', async () => {
    const { id } = await add();
    const again = sql`insert into suppressions (address_hash, reason, source)
      select address_hash, 'manual', 'again' from suppressions where id = ${id}`;
    expect(await attempt(again)).toBe('23505');
    await lift(id);
    expect(await attempt(again)).toBe('done');
  });
});

describe('evidence', () => {
  it('of consent is only ever added', async () => {
    const { id } = await insertSubscriber(test.db);
    const values = { subscriberId: id, kind: 'confirmed', at: new Date(), source: 'test', method: 'link' } as const;
    await test.db.insertInto('consents').values(values).execute();
    expect(await attempt(sql`update consents set method = 'other' where subscriber_id = ${id}`)).toBe('23001');
    expect(await attempt(sql`delete from consents where subscriber_id = ${id}`)).toBe('23001');
  });

  it.each(['audit_log', 'revisions', 'cards'])('in %s is never changed or deleted', async (table) => {
    const { db } = test;
    await db.insertInto('auditLog').values({ actor: 'test', action: 'test', entity: 'test', entityId: null }).execute();
    const { revisionId } = await db.selectFrom('issues').select('revisionId').executeTakeFirstOrThrow();
    const card = { revisionId: revisionId ?? '', position: 1, key: 'x', html: '', text: '' };
    await db
      .insertInto('cards')
      .values(card)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    const column = { audit_log: 'note', revisions: 'hash', cards: 'html' }[table] ?? '';
    expect(await attempt(sql`update ${sql.table(table)} set ${sql.ref(column)} = 'changed'`)).toBe('23001');
    expect(await attempt(sql`delete from ${sql.table(table)}`)).toBe('23001');
  });
});

describe('the installation', () => {
  it('has one sending switch, and it is never off without a reason', async () => {
    expect(await attempt(sql`insert into sending_switch (id, changed_by) values (2, 'me')`)).toBe('23514');
    expect(await attempt(sql`update sending_switch set is_on = false`)).toBe('23514');
    expect(await attempt(sql`update sending_switch set is_on = false, reason = 'x'`)).toBe('done');
  });

  it('has one open issue at most', async () => {
    await expect(insertIssue(test.db, { number: 2, state: 'draft' })).rejects.toMatchObject({ code: '23505' });
  });
});
