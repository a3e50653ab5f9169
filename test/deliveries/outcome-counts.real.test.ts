import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Outcome } from '../../src/deliveries/delivery.ts';
import { guardIssue, readFigures } from '../../src/deliveries/guard-issue.ts';
import { recordOutcome } from '../../src/deliveries/queries.ts';
import { createTestContext } from '../issues/test-context.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { insertDelivery, insertSendingIssue } from './insert-deliveries.ts';

let test: TestDatabase;
let place: { issueId: string; batchId: string };
beforeAll(async () => {
  test = await createTestDatabase();
  place = await insertSendingIssue(test.db);
});
afterAll(() => test.drop());

const report = (deliveryId: string, outcome: Outcome, second: number) =>
  test.db
    .transaction()
    .execute((tx) =>
      recordOutcome(tx, { deliveryId, outcome, reason: null, at: new Date(Date.UTC(2026, 10, 24, 9, 0, second)) }),
    );

const rows: Outcome[][] = [
  ['sent', 'delivered'],
  ['delivered', 'sent'],
  ['delivered', 'complained'],
  ['complained', 'delivered'],
  ['complained'],
  ['delivered', 'bounced'],
  ['bounced', 'delivered', 'bounced'],
  ['delayed', 'failed'],
  ['suppressed'],
  ['delivered', 'delivered'],
];

it('the counts are those of the rows, in whatever order and however many at once events come in', async () => {
  const each = 8;
  const ids = await Promise.all(
    Array.from({ length: rows.length * each }, async () => insertDelivery(test.db, place, { state: 'accepted' })),
  );
  await Promise.all(
    ids.map(async (id, index) => {
      const outcomes = rows[index % rows.length] ?? [];
      for (const [second, outcome] of outcomes.entries()) await report(id, outcome, second);
    }),
  );
  const found = await test.db.selectFrom('deliveries').select('outcome').execute();
  const count = (...names: Outcome[]) =>
    found.filter(({ outcome }) => outcome !== null && names.includes(outcome)).length;
  const expected = {
    delivered: count('delivered', 'complained'),
    bounced: count('bounced'),
    complained: count('complained'),
  };
  expect(expected).toEqual({ delivered: 6 * each, bounced: 2 * each, complained: 3 * each });
  expect(await readFigures(test.db, place.issueId)).toEqual(expected);
});

it('an outcome whose transaction is rolled back is not counted', async () => {
  const id = await insertDelivery(test.db, place, { state: 'accepted' });
  const before = await readFigures(test.db, place.issueId);
  const undone = test.db.transaction().execute(async (tx) => {
    await recordOutcome(tx, { deliveryId: id, outcome: 'bounced', reason: null, at: new Date() });
    throw new Error('undone');
  });
  await expect(undone).rejects.toThrow('undone');
  expect(await readFigures(test.db, place.issueId)).toEqual(before);
});

it('of many that look at once, one pauses the issue and alerts', async () => {
  const ctx = createTestContext(test.db, '2026-11-24T10:00:00Z');
  await Promise.all(Array.from({ length: 10 }, () => guardIssue(ctx, place.issueId)));
  const alerts = await test.db
    .selectFrom('auditLog')
    .select('note')
    .where('action', '=', 'alert:guard-limits-passed')
    .execute();
  expect(alerts).toMatchObject([{ note: expect.stringMatching(/^Issue 1 is paused: guard: 16 of 64 bounced \(25 %/) }]);
  const issue = await test.db.selectFrom('issues').select(['state', 'guardTrippedAt']).executeTakeFirstOrThrow();
  expect(issue).toEqual({ state: 'paused', guardTrippedAt: ctx.clock.now() });
});
