import { afterAll, beforeAll, expect, test } from 'vitest';
import { findOpenIssue, getIssue, getRevision, listIssues, listSentIssues } from '../../src/issues/queries.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { insertIssue } from './insert-samples.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await insertIssue(database.db, { number: 1, state: 'sent' });
  await insertIssue(database.db, { number: 2, state: 'sent' });
  await insertIssue(database.db, { number: null, state: 'cancelled' });
  await insertIssue(database.db, { number: null, state: 'skipped' });
  await insertIssue(database.db, { number: 3, state: 'sending' });
});
afterAll(() => database.drop());

test('the archive shows what has gone or is going out, newest first, and no more than asked for', async () => {
  expect((await listSentIssues(database.db)).map((issue) => issue.number)).toEqual([3, 2, 1]);
  expect((await listSentIssues(database.db, 1)).map((issue) => issue.number)).toEqual([3]);
});

test('the list shows every issue, newest first, and no more than asked for', async () => {
  expect((await listIssues(database.db)).map((issue) => issue.state)).toEqual([
    'sending',
    'skipped',
    'cancelled',
    'sent',
    'sent',
  ]);
  expect(await listIssues(database.db, 2)).toHaveLength(2);
});

test('the open issue is the one that is being sent, and Postgres lets no second be open', async () => {
  expect((await findOpenIssue(database.db))?.number).toBe(3);
  await expect(insertIssue(database.db, { number: 4, state: 'draft' })).rejects.toThrow(/issues_one_open/);
});

test('an issue or revision that does not exist throws', async () => {
  const id = '00000000-0000-4000-8000-000000000009';
  await expect(getIssue(database.db, id)).rejects.toThrow(/no result/);
  await expect(getRevision(database.db, id)).rejects.toThrow(/no result/);
});
