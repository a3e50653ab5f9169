import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { checkProvider } from '../../src/deliveries/check-provider.ts';
import { beginSending } from '../../src/deliveries/begin-sending.ts';
import { readSandboxLedger } from '../../src/sandbox/ledger.ts';
import { tick } from '../../src/ops/tick.ts';
import { openScene, type Scene } from '../support/scene.ts';
import { approveAgain, expectWell, getIssueNamed, listAlerts, patient, pauseWebhooks, waitSent } from './sending.ts';

const readers = 3;
let scene: Scene;

beforeAll(async () => {
  scene = await openScene({ readers, env: patient });
  await pauseWebhooks(scene, true);
  await scene.work();
});
beforeEach(async () => {
  await scene.clearFaults();
  await setDomain('verified');
});
afterAll(async () => scene.end());

/** Where the sender's domain stands at the provider from now on. */
async function setDomain(status: string): Promise<void> {
  const body = JSON.stringify({ name: 'example.com', status });
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${scene.sandboxUrl}/api/_control/domains`, { method: 'PUT', headers, body });
  expect(answer.status).toBe(200);
}

const onDomains = (action: object) => ({ match: { method: 'GET', path: '/domains', times: 'always' }, action });

async function countRows(): Promise<number> {
  const rows = await scene.ctx.db.selectFrom('batches').select('id').execute();
  return rows.length + (await scene.ctx.db.selectFrom('deliveries').select('id').execute()).length;
}

describe('54. a sender domain that is not verified', () => {
  it.each([
    ['pending', 'example.com is not verified at the provider (pending)'],
    ['failed', 'example.com is not verified at the provider (failed)'],
    ['gone', 'The provider account has no domain example.com'],
  ])(
    '(%s) holds the issue before anything is frozen, told once; verified, it goes out by itself',
    async (status, words) => {
      await setDomain(status);
      const number = await approveAgain(scene);
      const before = { rows: await countRows(), alerts: (await listAlerts(scene)).length };
      const refused = await beginSending(scene.ctx, { number, by: 'test' });
      expect(refused).toMatchObject({ refused: 'provider-unready', sentence: expect.stringContaining(words) });
      await tick(scene.ctx);
      await tick(scene.ctx);
      const held = await getIssueNamed(scene, number);
      expect(held).toMatchObject({ state: 'approved', frozenAt: null });
      expect(held.stateReason).toContain(words);
      expect(await countRows()).toBe(before.rows);
      expect((await listAlerts(scene)).slice(before.alerts)).toEqual(['provider-unready']);
      await setDomain('verified');
      await tick(scene.ctx);
      await waitSent(scene, number);
      expect((await getIssueNamed(scene, number)).stateReason).toBeNull();
      await expectWell(scene, number, { accepted: readers });
    },
  );

  it('is refused by the provider itself where nobody looked before', async () => {
    await setDomain('pending');
    const mail = { from: 'Verdicts <verdicts@example.com>', to: 'reader-1@example.com', subject: 'x', text: 'x' };
    const body = Buffer.from(JSON.stringify(mail));
    const call = { path: '/emails', body, idempotencyKey: 'unverified', deadlineMs: 20_000 } as const;
    expect(await scene.ctx.mailer.post(call)).toMatchObject({ status: 403, errorName: 'validation_error', ids: null });
  });
});

describe('54. what does not prove that nothing can be sent holds nothing', () => {
  const key = { kind: 'status', status: 401, name: 'restricted_api_key' };
  it.each([
    ['a key for sending only', key, { keyState: 'sending-only', domainState: 'unknown' }],
    ['an inactive right to ask', { ...key, status: 403 }, { keyState: 'sending-only', domainState: 'unknown' }],
    ['a provider that answers 500', { kind: 'status', status: 500 }, { keyState: 'unknown', domainState: 'unknown' }],
    ['one that cuts the connection', { kind: 'reset-before' }, { keyState: 'unknown', domainState: 'unknown' }],
    ['a page of something else', { kind: 'status', status: 404, body: '<p>' }, { keyState: 'unknown' }],
  ])('%s', async (_name, action, states) => {
    await scene.fault(onDomains(action));
    const check = await checkProvider(scene.ctx);
    expect(check).toMatchObject({ domain: 'example.com', ...states });
    expect(check.domainSentence).toContain('could not be asked');
    const number = await approveAgain(scene);
    await scene.send(number);
    await waitSent(scene, number);
    await expectWell(scene, number, { accepted: readers });
  });

  it.each(['partially_verified', 'temporary_failure', 'something_new'])('a domain that is %s', async (status) => {
    const list = { object: 'list', has_more: false, data: [{ id: 'd1', name: 'EXAMPLE.com', status }] };
    await scene.fault(onDomains({ kind: 'status', status: 200, body: JSON.stringify(list) }));
    expect(await checkProvider(scene.ctx)).toMatchObject({ keyState: 'good', domainState: 'partly' });
    const number = await approveAgain(scene);
    await scene.send(number);
    await waitSent(scene, number);
  });
});

it('54. a key the provider does not know holds the issue too, and sending stays on', async () => {
  await scene.fault(onDomains({ kind: 'status', status: 403, name: 'invalid_api_key' }));
  const number = await approveAgain(scene);
  const refused = await beginSending(scene.ctx, { number, by: 'test' });
  expect(refused).toMatchObject({ refused: 'provider-unready', sentence: expect.stringContaining('RESEND_API_KEY') });
  expect(await getIssueNamed(scene, number)).toMatchObject({ state: 'approved', frozenAt: null });
  await scene.clearFaults();
  await tick(scene.ctx);
  await waitSent(scene, number);
  await expectWell(scene, number, { accepted: readers });
});

it('54. the domain is found behind a hundred others', async () => {
  const names = Array.from({ length: 120 }, (_, index) => `a${String(index).padStart(3, '0')}.example.com`);
  const status = 'verified';
  await scene.sandboxDb
    .insertInto('domains')
    .values(names.map((name) => ({ name, status })))
    .execute();
  expect(await checkProvider(scene.ctx)).toMatchObject({ domainState: 'verified' });
  expect(await checkProvider(scene.ctx, 'Them <them@other.example>')).toMatchObject({ domainState: 'missing' });
  const asked = (await readSandboxLedger(scene.sandboxDb)).requests.filter(({ path }) => path === '/domains');
  expect(asked.slice(-4).map((request) => request.status)).toEqual([200, 200, 200, 200]);
});
