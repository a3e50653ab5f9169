import { createServer } from 'node:http';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Config, parseConfig } from '../../../src/config.ts';
import { checkPages } from '../../../src/ops/doctor/check-pages.ts';
import { type Service, startService } from '../../../src/start/service.ts';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts';

const env = {
  MAIL: 'resend',
  MAIL_FROM: 'verdicts@example.com',
  POSTAL_ADDRESS: '1 Test Street, Testville',
  SECRET: 'a-secret-for-tests-a-secret-for-tests',
  RESEND_API_KEY: 're_test',
  RESEND_WEBHOOK_SECRET: 'whsec_dGVzdC10ZXN0LXRlc3QtdGVzdC10ZXN0LXRlc3Q=',
  LOG_LEVEL: 'silent',
};
let database: TestDatabase;
let other: TestDatabase;
let service: Service;
let config: Config;
beforeAll(async () => {
  database = await createTestDatabase();
  other = await createTestDatabase();
  for (const { db } of [database, other])
    await db
      .insertInto('installation')
      .values({ pepper: Buffer.from(`${Math.random()}`.padEnd(32, 'x')) })
      .execute();
  const given = parseConfig({ ...env, DATABASE_URL: database.url, PUBLIC_URL: 'http://localhost:1' });
  service = await startService({ ...given, port: 0 }, { web: true, work: false, schema: 'refuse' });
  config = { ...given, publicUrl: `http://127.0.0.1:${service.ctx.config.port}` };
});
afterAll(async () => {
  await service.stop(1_000);
  await database.drop();
  await other.drop();
});

async function look(change: Partial<Config> = {}, on = database): Promise<Record<string, string>> {
  const clock = { now: () => new Date(), sleep: async () => {} };
  const found = await checkPages({ config: { ...config, ...change }, clock, database: on });
  return Object.fromEntries(found.map(({ check, level, sentence }) => [check, `${level}: ${sentence}`]));
}

test('a service of this installation answers webhooks and links, and nothing is stored by asking', async () => {
  expect(await look({ isSandbox: true })).toEqual({
    PUBLIC_URL: expect.stringMatching(/^ok: .*leads to this installation/),
    webhook: expect.stringMatching(/^ok: .*verifies with our secret/),
    'unsubscribe link': expect.stringMatching(/^ok: .*200/),
  });
  expect(await database.db.selectFrom('providerEvents').selectAll().execute()).toEqual([]);
  expect(await database.db.selectFrom('auditLog').selectAll().where('action', '<>', 'x').execute()).toEqual([]);
});

test('an address that only this machine reaches is a fault where real mail goes out', async () => {
  expect((await look()).PUBLIC_URL).toMatch(/^fault: .*from this machine alone/);
});

test('another secret, for webhooks or for links, is told', async () => {
  expect((await look({ webhookSecrets: ['whsec_b3RoZXItb3RoZXItb3RoZXItb3RoZXI='] })).webhook).toMatch(
    /^fault: .*does not verify with RESEND_WEBHOOK_SECRET/,
  );
  expect((await look({ secrets: ['another-secret-for-tests-another-secret'] }))['unsubscribe link']).toMatch(
    /^fault: .*unknown to the running service/,
  );
});

test('pages of another installation, and nobody at all, are faults; with no address configured they are not', async () => {
  expect((await look({}, other)).PUBLIC_URL).toMatch(/^fault: .*another installation/);
  expect((await look({ publicUrl: 'http://127.0.0.1:1' })).PUBLIC_URL).toMatch(
    /^fault: .*not answered by this program/,
  );
  expect((await look({ publicUrl: 'http://127.0.0.1:1', isPublicUrlGiven: false })).PUBLIC_URL).toMatch(/^unrelated: /);
});

test('a front that redirects what must not be redirected is told', async () => {
  const front = createServer((request, response) => {
    if (request.url !== '/healthz') return void response.writeHead(301, { location: 'https://example.com/' }).end();
    void fetch(`${config.publicUrl}/healthz`)
      .then((answer) => answer.text())
      .then((text) => response.setHeader('content-type', 'application/json').end(text));
  });
  front.listen(0, '127.0.0.1');
  await once(front, 'listening');
  const address = front.address();
  const publicUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  const found = await look({ publicUrl });
  front.close();
  front.closeAllConnections();
  expect(found.webhook).toMatch(/^fault: .*redirect/);
  expect(found['unsubscribe link']).toMatch(/^fault: .*redirect, which RFC 8058 forbids/);
});
