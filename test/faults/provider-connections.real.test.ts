import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import { createServer as createTcpServer } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { leaseMs } from '../../src/deliveries/batch.ts';
import { submitBatch } from '../../src/deliveries/submit-batch.ts';
import { createResendMailer } from '../../src/platform/mailer.ts';
import { openScene, type Scene, until } from '../support/scene.ts';
import { makeSelfSigned } from '../support/self-signed.ts';
import {
  expectWell,
  freezeHeld,
  letSendingGo,
  letTimePass,
  listAlerts,
  listBatches,
  listCalls,
  listRequests,
  pauseWebhooks,
} from './sending.ts';

const readers = 4;
let scene: Scene;
const closers: (() => void)[] = [];

beforeAll(async () => {
  scene = await openScene({ readers, env: { RESEND_TIMEOUT_MS: '4000' } });
  await pauseWebhooks(scene, true);
});
afterEach(() => closers.splice(0).forEach((close) => close()));
afterAll(async () => scene.end());

/** A port nobody listens on. */
async function findDeadPort(): Promise<number> {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  server.close();
  await once(server, 'close');
  return port;
}

function portOf(server: { address(): unknown }): number {
  const address = server.address();
  return typeof address === 'object' && address !== null && 'port' in address ? Number(address.port) : 0;
}

/** A TLS server whose certificate nobody trusts, and how many requests have come through to it. */
async function listenUntrusted(): Promise<{ url: string; requests: () => number }> {
  let count = 0;
  const server: Server = createServer(makeSelfSigned('127.0.0.1'), (_request, response) => {
    count += 1;
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => server.close());
  return { url: `https://127.0.0.1:${portOf(server)}`, requests: () => count };
}

/** One more issue, frozen and with sending on; the batch is submitted by hand. */
async function freezeOne(): Promise<{ number: number; batchId: string }> {
  const number = await freezeHeld(scene);
  await letSendingGo(scene);
  const [batch] = await listBatches(scene, number);
  return { number, batchId: batch?.id ?? '' };
}

/** Submits a batch to another address of the provider's API, as if that were where it is. */
async function submitTo(baseUrl: string, batchId: string): Promise<void> {
  const { identity } = scene.ctx.mailer;
  const mailer = createResendMailer({ apiKey: 're_test', baseUrl, identity });
  await letTimePass(scene);
  await submitBatch({ ...scene.ctx, mailer }, batchId);
}

describe('64. a connection that never came about handed nothing over', () => {
  const unreached: [string, () => Promise<string>, RegExp][] = [
    [
      'a refused connection',
      async () => `http://127.0.0.1:${await findDeadPort()}`,
      /ECONNREFUSED.*nothing was handed/,
    ],
    ['a name nobody knows', async () => 'http://provider.invalid', /cannot be resolved.*(ENOTFOUND|EAI_AGAIN)/],
    [
      'a certificate nobody trusts',
      async () => (await listenUntrusted()).url,
      /certificate is not trusted.*SELF_SIGNED/,
    ],
  ];

  it.each(unreached)('%s: a no, the batch thaws and goes under a new key', async (_name, findUrl, words) => {
    const { number, batchId } = await freezeOne();
    const baseUrl = await findUrl();
    await submitTo(baseUrl, batchId);
    await submitTo(baseUrl, batchId);
    expect((await listBatches(scene, number))[0]).toMatchObject({ state: 'waiting', doubts: 0, doubtSince: null });
    const calls = await listCalls(scene, batchId);
    expect(calls).toMatchObject([
      { verdict: 'no', status: null },
      { verdict: 'no', status: null },
    ]);
    for (const call of calls) expect(call.errorMessage).toMatch(words);
    expect((await listBatches(scene, number))[0]?.lastError).toMatch(words);
    await letTimePass(scene);
    await submitBatch(scene.ctx, batchId);
    const keys = (await listCalls(scene, batchId)).map((call) => call.idempotencyKey);
    expect(new Set(keys).size).toBe(3);
    expect(await listRequests(scene, batchId)).toMatchObject([{ outcome: 'accepted', idempotencyKey: keys[2] }]);
    await expectWell(scene, number, { state: 'sent', accepted: readers, unknown: 0 });
  });

  it('who unsubscribed while nobody could be reached gets nothing, because nothing was fixed for good', async () => {
    const { number, batchId } = await freezeOne();
    await submitTo(`http://127.0.0.1:${await findDeadPort()}`, batchId);
    const [reader] = await scene.ctx.db.selectFrom('subscribers').select('id').limit(1).execute();
    await scene.ctx.db
      .updateTable('subscribers')
      .set({ pausedUntil: new Date(Date.now() + 3_600_000) })
      .where('id', '=', reader?.id ?? '')
      .execute();
    await letTimePass(scene);
    await submitBatch(scene.ctx, batchId);
    await expectWell(scene, number, { state: 'sent', accepted: readers - 1, excluded: { paused: 1 } });
    await scene.ctx.db.updateTable('subscribers').set({ pausedUntil: null }).execute();
  });

  it('behind a doubt the doubt stays: the call before it may have been taken', async () => {
    const { number, batchId } = await freezeOne();
    await scene.fault({ action: { kind: 'reset-after' } });
    await letTimePass(scene);
    await submitBatch(scene.ctx, batchId);
    await submitTo(`http://127.0.0.1:${await findDeadPort()}`, batchId);
    expect((await listBatches(scene, number))[0]?.state).toBe('doubt');
    await letTimePass(scene);
    await submitBatch(scene.ctx, batchId);
    const calls = await listCalls(scene, batchId);
    expect(calls.map((call) => call.verdict)).toEqual(['doubt', 'no', 'yes']);
    expect(new Set(calls.map((call) => call.idempotencyKey)).size).toBe(1);
    await expectWell(scene, number, { state: 'sent', accepted: readers });
  });

  it('eight in a row are told once, and the holds between them have grown', async () => {
    const { number, batchId } = await freezeOne();
    const before = (await listAlerts(scene)).length;
    const baseUrl = `http://127.0.0.1:${await findDeadPort()}`;
    for (let count = 0; count < 10; count += 1) await submitTo(baseUrl, batchId);
    expect((await listAlerts(scene)).slice(before)).toEqual(['provider-unanswering']);
    const limits = await scene.ctx.db.selectFrom('providerLimits').selectAll().executeTakeFirstOrThrow();
    expect(limits.holdUntil.getTime()).toBeGreaterThan(Date.now() + 30_000);
    await letTimePass(scene);
    await submitBatch(scene.ctx, batchId);
    await expectWell(scene, number, { state: 'sent', accepted: readers });
  });
});

describe('64. what breaks on a connection that stood is doubt', () => {
  it('no byte of a request reaches a server whose certificate is not trusted', async () => {
    const untrusted = await listenUntrusted();
    const mailer = createResendMailer({ apiKey: 're_test', baseUrl: untrusted.url });
    const call = { path: '/emails', body: Buffer.from('{}'), idempotencyKey: 'k', deadlineMs: 4_000 } as const;
    expect(await mailer.post(call)).toMatchObject({ isUnreached: true, status: null });
    expect(untrusted.requests()).toBe(0);
  });

  it.each([
    ['is closed at once', (socket: { destroy(): void }) => socket.destroy()],
    ['answers no HTTP', (socket: { end(text: string): void }) => socket.end('220 mail.example.com ESMTP\r\n')],
  ])('a connection that %s', async (_name, greet) => {
    const server = createTcpServer(greet).listen(0, '127.0.0.1');
    await once(server, 'listening');
    closers.push(() => server.close());
    const mailer = createResendMailer({ apiKey: 're_test', baseUrl: `http://127.0.0.1:${portOf(server)}` });
    const call = { path: '/emails', body: Buffer.from('{}'), idempotencyKey: 'k', deadlineMs: 4_000 } as const;
    expect(await mailer.post(call)).toMatchObject({ isUnreached: false, status: null, ids: null });
  });

  it('TLS asked of a server that speaks none', async () => {
    const mailer = createResendMailer({ apiKey: 're_test', baseUrl: scene.sandboxUrl.replace('http:', 'https:') });
    const call = { path: '/emails', body: Buffer.from('{}'), idempotencyKey: 'k', deadlineMs: 4_000 } as const;
    expect(await mailer.post(call)).toMatchObject({ isUnreached: false, status: null });
  });
});

it('63. a byte a second: the deadline ends the call in time for the lease, whatever has come by then', async () => {
  const { number, batchId } = await freezeOne();
  await scene.fault({ action: { kind: 'slow', everyMs: 1_000 } });
  await letTimePass(scene);
  const submitting = submitBatch(scene.ctx, batchId);
  await until('the provider has taken it', async () => (await listRequests(scene, batchId)).length === 1);
  await submitting;
  const [call] = await listCalls(scene, batchId);
  expect(call).toMatchObject({ verdict: 'doubt', status: null });
  expect(call?.errorMessage).toMatch(/had not answered whole after 4 s/);
  const tookMs = (call?.endedAt?.getTime() ?? Infinity) - (call?.startedAt.getTime() ?? 0);
  expect(leaseMs(scene.ctx.config.callDeadlineMs)).toBeGreaterThan(scene.ctx.config.callDeadlineMs);
  expect(tookMs).toBeGreaterThanOrEqual(scene.ctx.config.callDeadlineMs);
  await letTimePass(scene);
  await submitBatch(scene.ctx, batchId);
  expect((await listCalls(scene, batchId)).map(({ verdict }) => verdict)).toEqual(['doubt', 'yes']);
  await expectWell(scene, number, { state: 'sent', accepted: readers });
});
