import { randomUUID } from 'node:crypto';
import { Hono } from 'hono';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Context } from '../../src/context.ts';
import { openDb } from '../../src/platform/db.ts';
import { securityHeaders } from '../../src/platform/http/security-headers.ts';
import { createKeyRing } from '../../src/platform/token.ts';
import { showUnsubscribe, takeUnsubscribe } from '../../src/site/unsubscribe.tsx';
import { createUnsubscribeToken } from '../../src/subscribers/unsubscribe-token.ts';
import { createTestContext } from '../issues/test-context.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

const oldSecret = 'an old secret that is long enough too';

let test: TestDatabase;
let ctx: Context;
let subscriberId: string;
let token: string;
let made = 0;

beforeAll(async () => {
  test = await createTestDatabase();
  const keys = createKeyRing(['a new secret that is long enough here', oldSecret]);
  ctx = { ...createTestContext(test.db, '2026-11-26T09:00:00Z'), keys };
});
afterAll(() => test.drop());

beforeEach(async () => {
  made += 1;
  const addressHash = made.toString(16).padStart(64, '0');
  const values = { address: `reader${made}@example.com`, addressHash, state: 'active' as const };
  const row = await test.db.insertInto('subscribers').values(values).returning('id').executeTakeFirstOrThrow();
  subscriberId = row.id;
  token = createUnsubscribeToken(ctx.keys, { subscriberId, deliveryId: randomUUID() });
});

function createSite(context = ctx): Hono {
  const app = new Hono({ strict: false });
  app.use(securityHeaders());
  app.get('/unsubscribe/:token', showUnsubscribe(context));
  app.post('/unsubscribe/:token', takeUnsubscribe(context));
  return app;
}

async function request(path: string, init: RequestInit = {}, context = ctx) {
  return createSite(context).request(path, init);
}

async function stateOf(id = subscriberId): Promise<string | undefined> {
  return (await test.db.selectFrom('subscribers').select('state').where('id', '=', id).executeTakeFirst())?.state;
}

async function countConsents(): Promise<number> {
  return (await test.db.selectFrom('consents').select('id').where('subscriberId', '=', subscriberId).execute()).length;
}

describe('GET /unsubscribe/:token', () => {
  it('fault 86: a hundred scanners change nothing', async () => {
    const methods = ['GET', 'HEAD', 'OPTIONS'];
    const asked = Array.from({ length: 100 }, (_, at) => request(`/unsubscribe/${token}`, { method: methods[at % 3] }));
    for (const answer of await Promise.all(asked)) expect(answer.status).toBeLessThan(500);
    expect(await stateOf()).toBe('active');
    expect(await countConsents()).toBe(0);
  });

  it('shows a button that posts to the same address, names the newsletter and no address', async () => {
    const answer = await request(`/unsubscribe/${token}`);
    expect(answer.status).toBe(200);
    const page = await answer.text();
    expect(page).toContain('Unsubscribe from Weekly Verdicts?');
    expect(page).toMatch(/<form action="\?by=page" method="post"><button[^>]*type="submit"/);
    expect(page).not.toContain('@example.com');
    expect(page).not.toContain(token);
  });

  it('works while the database is down', async () => {
    const db: Context['db'] = openDb('postgres://nobody@127.0.0.1:1/none');
    expect((await request(`/unsubscribe/${token}`, {}, { ...ctx, db })).status).toBe(200);
    await db.destroy();
  });

  it.each(['GET', 'POST'])('%s goes into no cache and no referrer, and is not framed or indexed', async (method) => {
    const { headers } = await request(`/unsubscribe/${token}`, { method });
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*form-action 'self'/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });
});
