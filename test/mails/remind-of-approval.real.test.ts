import { afterAll, beforeAll, expect, test } from 'vitest';
import { remindOfApproval } from '../../src/mails/remind-of-approval.ts';
import { createTestContext } from '../issues/test-context.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test('a draft nobody has approved is called out three hours before its send time and at it, once each', async () => {
  const ctx = createTestContext(database.db, '2026-11-24T05:59:00Z');
  const draft = { number: 7, state: 'draft' as const, subject: 's', preheader: 'p', composedBy: 'test' };
  await database.db
    .insertInto('issues')
    .values({ ...draft, sendAt: new Date('2026-11-24T09:00:00Z') })
    .execute();
  const alerts = async () => {
    await remindOfApproval(ctx);
    return (await database.db.selectFrom('auditLog').select('action').orderBy('id').execute()).map((row) => row.action);
  };
  expect(await alerts()).toEqual([]);
  ctx.setNow('2026-11-24T06:00:00Z');
  expect(await alerts()).toEqual(['alert:approval-soon']);
  expect(await alerts()).toEqual(['alert:approval-soon']);
  ctx.setNow('2026-11-24T09:00:00Z');
  expect(await alerts()).toEqual(['alert:approval-soon', 'alert:approval-due']);
  expect(await alerts()).toEqual(['alert:approval-soon', 'alert:approval-due']);
});
