import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../src/platform/clock.ts';
import { readSandboxLedger } from '../../src/sandbox/ledger.ts';
import type { TestDatabase } from '../support/test-database.ts';
import { createTestDatabase } from '../support/test-database.ts';
import type { ListeningSandbox } from './listening-sandbox.ts';
import { mailTo, startListeningSandbox } from './listening-sandbox.ts';

let database: TestDatabase;
let s: ListeningSandbox;
/** The sandbox's time stands still until a test moves it. */
let now = new Date('2026-11-21T10:00:00.500Z');
const clock = { ...systemClock, now: () => now };

beforeAll(async () => {
  database = await createTestDatabase();
  s = await startListeningSandbox({ databaseUrl: database.url, rateLimit: 3, clock });
});
afterAll(async () => {
  await s?.close();
  await database?.drop();
});

const send = (key: string) => s.resend.emails.send(mailTo('ada@example.com'), { idempotencyKey: key });

it('within a second so many requests go through as the limit says, the next one is told when to come back', async () => {
  const answers = [await send('r1'), await send('r2'), await send('r3')];
  expect(answers.map(({ error }) => error)).toEqual([null, null, null]);
  expect(answers.map(({ headers }) => headers?.['ratelimit-remaining'])).toEqual(['2', '1', '0']);
  expect(answers[0]?.headers).toMatchObject({ 'ratelimit-limit': '3', 'ratelimit-reset': '1' });
  const over = await send('r4');
  expect(over.error).toMatchObject({ statusCode: 429, name: 'rate_limit_exceeded' });
  expect(over.headers).toMatchObject({ 'retry-after': '1', 'ratelimit-remaining': '0' });
});

it('the next second begins anew, and a 429 is not remembered under its key', async () => {
  now = new Date('2026-11-21T10:00:01.000Z');
  expect((await send('r4')).error).toBeNull();
  const { mails } = await readSandboxLedger(s.sandbox.db);
  expect(mails.map((mail) => mail.idempotencyKey)).toEqual(['r1', 'r2', 'r3', 'r4']);
});

it('all processes count together', async () => {
  now = new Date('2026-11-21T10:00:02.000Z');
  const other = await startListeningSandbox({ databaseUrl: database.url, rateLimit: 3, clock });
  await other.resend.emails.send(mailTo('ada@example.com'));
  expect((await send('r5')).headers?.['ratelimit-remaining']).toBe('1');
  await other.close();
});

it('fault 49: the limit can be lowered while requests come in', async () => {
  now = new Date('2026-11-21T10:00:03.000Z');
  await send('r6');
  expect((await s.control('PUT', 'rate-limit', { limit: 1 })).status).toBe(200);
  const over = await send('r7');
  expect(over.error?.name).toBe('rate_limit_exceeded');
  expect(over.headers?.['ratelimit-limit']).toBe('1');
  expect((await s.control('PUT', 'rate-limit', { limit: 0 })).status).toBe(400);
});
