import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { sql } from 'kysely';
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

const multipart = '--edge\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--edge--\r\n';
const bodies: [string, string | undefined, string | undefined][] = [
  ['urlencoded', 'List-Unsubscribe=One-Click', 'application/x-www-form-urlencoded'],
  ['urlencoded with a charset', 'List-Unsubscribe=One-Click', 'application/x-www-form-urlencoded; charset=utf-8'],
  ['with a charset nobody has', 'List-Unsubscribe=One-Click', 'application/x-www-form-urlencoded; charset=klingon'],
  ['multipart', multipart, 'multipart/form-data; boundary=edge'],
  ['multipart cut off', multipart.slice(0, 30), 'multipart/form-data; boundary=edge'],
  ['multipart without a boundary', multipart, 'multipart/form-data'],
  ['no body', undefined, undefined],
  ['an empty body', '', 'application/x-www-form-urlencoded'],
  ['another body', '{"list":', 'application/json'],
  ['bytes', '\0\u0001\ufffd', 'application/octet-stream'],
  ['a content type that is none', 'x', ';;;'],
  ['a large body', 'x'.repeat(5_000_000), 'text/plain'],
];

describe('POST /unsubscribe/:token', () => {
  it.each(bodies)('fault 85: %s unsubscribes and answers 200, without cookie or redirect', async (_, body, type) => {
    const headers = { ...(type && { 'Content-Type': type }), Origin: 'https://elsewhere.example.com' };
    const answer = await request(`/unsubscribe/${token}`, { method: 'POST', body, headers });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('set-cookie')).toBeNull();
    expect(answer.headers.get('location')).toBeNull();
    expect(await answer.text()).toContain('You are unsubscribed');
    expect(await stateOf()).toBe('unsubscribed');
  });

  it.each(['', '/', '?utm_source=x', '/?by=page'])(
    'fault 85: a link ending in "%s" works without a redirect',
    async (ending) => {
      expect((await request(`/unsubscribe/${token}${ending}`, { method: 'POST' })).status).toBe(200);
      expect(await stateOf()).toBe('unsubscribed');
    },
  );

  it('fault 83: what is recorded says when, how and through which delivery', async () => {
    const deliveryId = randomUUID();
    token = createUnsubscribeToken(ctx.keys, { subscriberId, deliveryId });
    await request(`/unsubscribe/${token}?by=page`, { method: 'POST' });
    const consents = await test.db
      .selectFrom('consents')
      .selectAll()
      .where('subscriberId', '=', subscriberId)
      .execute();
    expect(consents).toMatchObject([{ kind: 'withdrawn', method: 'page', deliveryId, at: ctx.clock.now() }]);
  });

  it('fault 87: twice answers 200 twice and is recorded once', async () => {
    const answers = [
      await request(`/unsubscribe/${token}`, { method: 'POST' }),
      await request(`/unsubscribe/${token}`, { method: 'POST' }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    const [first, second] = await Promise.all(answers.map((answer) => answer.text()));
    expect(second).toBe(first);
    expect(await countConsents()).toBe(1);
  });

  it('fault 87: a link signed under an older key works', async () => {
    token = createUnsubscribeToken(createKeyRing([oldSecret]), { subscriberId, deliveryId: randomUUID() });
    expect((await request(`/unsubscribe/${token}`, { method: 'POST' })).status).toBe(200);
    expect(await stateOf()).toBe('unsubscribed');
  });

  it('fault 87: a deleted and an erased subscriber get the same answer as everybody', async () => {
    const usual = await (await request(`/unsubscribe/${token}`, { method: 'POST' })).text();
    await sql`update subscribers set state = 'erased', address = null where id = ${subscriberId}`.execute(test.db);
    const erased = await request(`/unsubscribe/${token}`, { method: 'POST' });
    const deleted = createUnsubscribeToken(ctx.keys, { subscriberId: randomUUID(), deliveryId: randomUUID() });
    const gone = await request(`/unsubscribe/${deleted}`, { method: 'POST' });
    expect([erased.status, gone.status]).toEqual([200, 200]);
    expect([await erased.text(), await gone.text()]).toEqual([usual, usual]);
    expect(await stateOf()).toBe('erased');
  });

  it('fault 87: whatever is wrong with a token, the answer is one and the same 404', async () => {
    const foreign = createKeyRing(['the secret of some other installation']);
    const bad = [
      `${token}A`,
      token.slice(0, -2),
      token.replace(/^./, (sign) => (sign === '0' ? '1' : '0')),
      createUnsubscribeToken(foreign, { subscriberId, deliveryId: randomUUID() }),
      ctx.keys.sign('confirm', Buffer.alloc(32)),
      'x',
      '%00',
      '%E0%A4%A',
      'x'.repeat(5000),
    ];
    const pages = new Set<string>();
    for (const method of ['GET', 'POST']) {
      for (const one of bad) {
        const answer = await request(`/unsubscribe/${one}`, { method });
        expect(answer.status).toBe(404);
        pages.add(await answer.text());
      }
    }
    expect(pages.size).toBe(1);
    expect(await stateOf()).toBe('active');
  });

  it('fault 88: with the database down it answers 503 with Retry-After, and nothing is claimed', async () => {
    const db: Context['db'] = openDb('postgres://nobody@127.0.0.1:1/none');
    const answer = await request(`/unsubscribe/${token}`, { method: 'POST' }, { ...ctx, db });
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
    const page = await answer.text();
    expect(page).toContain('not unsubscribed yet');
    expect(page).not.toContain('You are unsubscribed');
    await db.destroy();
  });

  it('fault 88: a commit that fails answers 503, and the same request works afterwards', async () => {
    await sql`create function refuse_consents() returns trigger language plpgsql as $$ begin raise 'disk full'; end $$`.execute(
      test.db,
    );
    await sql`create constraint trigger full_disk after insert on consents deferrable initially deferred
      for each row execute function refuse_consents()`.execute(test.db);
    expect((await request(`/unsubscribe/${token}`, { method: 'POST' })).status).toBe(503);
    expect(await stateOf()).toBe('active');
    await sql`drop trigger full_disk on consents`.execute(test.db);
    expect((await request(`/unsubscribe/${token}`, { method: 'POST' })).status).toBe(200);
    expect(await stateOf()).toBe('unsubscribed');
  });
});

async function withServer(work: (port: number) => Promise<void>): Promise<void> {
  const server = createAdaptorServer({ fetch: createSite().fetch });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  try {
    await work(typeof address === 'object' && address !== null ? address.port : 0);
  } finally {
    await new Promise((resolve) => {
      server.close(resolve);
      if ('closeAllConnections' in server) server.closeAllConnections();
    });
  }
}

describe('over a real connection', () => {
  it('fault 85: a body that never comes to its end is not waited for', async () => {
    await withServer(async (port) => {
      const socket = connect(port, '127.0.0.1');
      socket.write(
        `POST /unsubscribe/${token} HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=edge\r\n`,
      );
      socket.write('Content-Length: 1000000\r\n\r\n--edge\r\n');
      const [first] = await once(socket, 'data');
      socket.destroy();
      expect(String(first)).toMatch(/^HTTP\/1.1 200 /);
      expect(await stateOf()).toBe('unsubscribed');
    });
  });

  it('fault 85: a connection kept open serves one large POST after another', async () => {
    await withServer(async (port) => {
      for (let turn = 0; turn < 3; turn += 1) {
        const url = `http://127.0.0.1:${port}/unsubscribe/${token}`;
        const answer = await fetch(url, { method: 'POST', body: 'x'.repeat(3_000_000), redirect: 'manual' });
        expect(answer.status).toBe(200);
        await answer.text();
      }
    });
  });
});
