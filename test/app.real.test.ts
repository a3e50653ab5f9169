import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApp } from '../src/app.ts';
import { createTestContext } from './issues/test-context.ts';
import { createTestDatabase, type TestDatabase } from './support/test-database.ts';

let database: TestDatabase;
let app: ReturnType<typeof createApp>;
beforeAll(async () => {
  database = await createTestDatabase();
  app = createApp(createTestContext(database.db, '2026-12-01T09:00:00Z'), undefined);
});
afterAll(() => database.drop());

test('every page links an icon that its own policy allows', async () => {
  for (const path of ['/', '/issues', '/desk/issues', '/nowhere']) {
    const answer = await app.request(path);
    expect(await answer.text()).toContain('<link rel="icon" href="data:image/svg+xml,');
    expect(answer.headers.get('content-security-policy')).toMatch(/img-src 'self' data:/);
  }
});

test('what browsers ask for beside a document without one is there', async () => {
  const answer = await app.request('/favicon.ico');
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/svg+xml']);
  expect(answer.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
  expect(await answer.text()).toMatch(/^<svg /);
});
