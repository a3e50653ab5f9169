import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { heldDueAt } from '../../src/deliveries/canary.ts';
import { insertAudience } from '../../src/deliveries/insert-audience.ts';
import { insertIssue } from '../issues/insert-samples.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { insertSubscriber } from './insert-deliveries.ts';

const dueAt = new Date('2026-11-24T09:00:00Z');
const restPlannedAt = new Date('2026-11-24T09:30:00Z');
const eligible = 23;
let test: TestDatabase;
let issueId: string;
beforeAll(async () => {
  test = await createTestDatabase();
  for (let count = 0; count < eligible; count += 1) await insertSubscriber(test.db);
  await insertSubscriber(test.db, 'unsubscribed');
  issueId = (await insertIssue(test.db, { number: 1, state: 'sending' })).id;
});
afterAll(() => test.drop());

/** Freezes the audience anew, in batches of five; answers what was written. */
async function freeze(canaryCount: number, issue = issueId) {
  const { db } = test;
  await db.deleteFrom('deliveries').execute();
  await db.deleteFrom('batches').execute();
  const plan = { issueId: issue, now: dueAt, dueAt, eligible, size: 5, canaryCount, restPlannedAt };
  const count = await db.transaction().execute((tx) => insertAudience(tx, plan));
  const batches = await db.selectFrom('batches').select(['id', 'ordinal', 'dueAt']).orderBy('ordinal').execute();
  const deliveries = await db
    .selectFrom('deliveries as d')
    .innerJoin('batches as b', 'b.id', 'd.batchId')
    .select(['d.id', 'd.subscriberId', 'd.batchPosition', 'd.dueAt', 'b.ordinal'])
    .orderBy('b.ordinal')
    .orderBy('d.batchPosition')
    .execute();
  expect(batches).toHaveLength(count);
  const sizes = batches.map(({ ordinal }) => deliveries.filter((row) => row.ordinal === ordinal).length);
  return { batches, deliveries, sizes };
}

describe('the audience of an issue', () => {
  it.each([
    [0, [5, 5, 5, 5, 3], 0],
    [1, [1, 5, 5, 5, 5, 2], 1],
    [5, [5, 5, 5, 5, 3], 1],
    [7, [5, 2, 5, 5, 5, 1], 2],
    [23, [5, 5, 5, 5, 3], 5],
  ])('with %i ahead is in batches of %j, the first %i of them due at once', async (ahead, sizes, canaryBatches) => {
    const frozen = await freeze(ahead);
    expect(frozen.sizes).toEqual(sizes);
    expect(new Set(frozen.deliveries.map((row) => row.subscriberId)).size).toBe(eligible);
    const isAhead = (ordinal: number) => ahead === 0 || ordinal <= canaryBatches;
    for (const batch of frozen.batches) expect(batch.dueAt).toEqual(isAhead(batch.ordinal) ? dueAt : heldDueAt);
    for (const row of frozen.deliveries) expect(row.dueAt).toEqual(isAhead(row.ordinal) ? dueAt : restPlannedAt);
    expect(frozen.deliveries.filter((row) => isAhead(row.ordinal))).toHaveLength(ahead === 0 ? eligible : ahead);
  });

  it('frozen again is the same, delivery by delivery', async () => {
    expect(await freeze(7)).toEqual(await freeze(7));
  });

  it.each([0, 7])('with %i ahead stands in the order in which its subscribers came', async (ahead) => {
    const { deliveries } = await freeze(ahead);
    const people = deliveries.slice(ahead).map((row) => row.subscriberId);
    expect(people).toEqual(people.toSorted());
    // Whoever came in the same millisecond stands in any order.
    const places = deliveries.slice(ahead).map((row) => row.id.slice(0, 23));
    expect(places).toEqual(places.toSorted());
    const came = await test.db.selectFrom('subscribers').select('id').orderBy('createdAt').execute();
    const times = came.map(({ id }) => id.slice(0, 13));
    expect(times).toEqual(times.toSorted());
    for (const { id } of came)
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('has another canary in another issue', async () => {
    await test.db.updateTable('issues').set({ state: 'sent' }).execute();
    const other = await insertIssue(test.db, { number: 2, state: 'sending' });
    const canaryOf = async (issue: string) =>
      (await freeze(7, issue)).deliveries.slice(0, 7).map((row) => row.subscriberId);
    expect((await canaryOf(other.id)).toSorted()).not.toEqual((await canaryOf(issueId)).toSorted());
  });
});
