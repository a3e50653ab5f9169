import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { faultRuleCountLimit } from '../../src/sandbox/fault-rule.ts';
import { readSandboxLedger } from '../../src/sandbox/ledger.ts';
import type { TestDatabase } from '../support/test-database.ts';
import { createTestDatabase } from '../support/test-database.ts';
import type { ListeningSandbox } from './listening-sandbox.ts';
import { mailTo, startListeningSandbox, until } from './listening-sandbox.ts';

let database: TestDatabase;
let s: ListeningSandbox;

beforeAll(async () => {
  database = await createTestDatabase();
  s = await startListeningSandbox({ databaseUrl: database.url });
});
afterEach(() => s.control('DELETE', 'faults'));
afterAll(async () => {
  await s?.close();
  await database?.drop();
});

const mails = [mailTo('ada@example.com'), mailTo('mara@example.com'), mailTo('noor@example.com')];
const batch = (key: string, signal = AbortSignal.timeout(10_000)) =>
  s.resend.post<{ data: { id: string }[] }>('/emails/batch', mails, { idempotencyKey: key, signal });
const acceptedCount = async (key: string) => {
  const ledger = await readSandboxLedger(s.sandbox.db);
  return ledger.mails.filter((mail) => mail.idempotencyKey === key).length;
};
const requestsOf = async (key: string) => {
  const { requests } = await readSandboxLedger(s.sandbox.db);
  return requests.filter((request) => request.idempotencyKey === key);
};

describe('a fault that leaves the caller in doubt', () => {
  it.each([
    ['timeout-before', 0, true],
    ['timeout-after', 3, true],
    ['reset-before', 0, false],
    ['reset-after', 3, false],
    ['reset-after-headers', 3, false],
    ['truncated', 3, false],
    ['html-200', 3, false],
    ['slow', 3, true],
  ])('%s: no status, %i mails taken; the same key again gives each mail once', async (kind, taken, callerGivesUp) => {
    await s.fault({ kind });
    const givingUp = new AbortController();
    const call = batch(kind, givingUp.signal);
    await until(
      () => requestsOf(kind),
      ([begun]) => begun !== undefined && begun.finishedAt !== null,
    );
    if (callerGivesUp) givingUp.abort();
    const first = await call;
    expect(first.data).toBeNull();
    expect(first.error?.statusCode ?? null).toBeNull();
    expect(await acceptedCount(kind)).toBe(taken);
    const second = await batch(kind);
    expect(second.data?.data).toHaveLength(3);
    expect(await acceptedCount(kind)).toBe(3);
    const log = await requestsOf(kind);
    expect(log.map((request) => request.outcome)).toEqual(
      taken === 0 ? ['faulted', 'accepted'] : ['accepted', 'replayed'],
    );
    expect(log[0]?.fault).toBe(kind);
  });

  it.each([
    ['more', 4, 4],
    ['fewer', 2, 2],
    ['duplicate', 3, 2],
  ])('wrong-count with %s ids: %i ids, %i of them distinct; the replay is right', async (ids, count, distinct) => {
    await s.fault({ kind: 'wrong-count', ids });
    const first = (await batch(ids)).data?.data.map(({ id }) => id) ?? [];
    expect([first.length, new Set(first).size]).toEqual([count, distinct]);
    const second = (await batch(ids)).data?.data.map(({ id }) => id) ?? [];
    expect([second.length, new Set(second).size]).toEqual([3, 3]);
    expect(await acceptedCount(ids)).toBe(3);
  });

  it('a slow body announces its length and comes byte by byte', async () => {
    await s.fault({ kind: 'slow', everyMs: 1 });
    expect((await batch('drip')).data?.data).toHaveLength(3);
  });
});

describe('a status on demand', () => {
  it.each([
    [429, 'rate_limit_exceeded'],
    [401, 'missing_api_key'],
    [403, 'invalid_api_key'],
    [409, 'concurrent_idempotent_requests'],
    [422, 'invalid_parameter'],
    [500, 'application_error'],
    [503, 'service_unavailable'],
  ])('%i says %s and takes nothing; the next request goes through', async (status, name) => {
    await s.fault({ kind: 'status', status });
    const { error } = await batch(`status-${status}`);
    expect(error).toMatchObject({ statusCode: status, name });
    expect(await acceptedCount(`status-${status}`)).toBe(0);
    expect((await batch(`status-${status}`)).error).toBeNull();
  });

  it('a 500 after accepting keeps the mails, and the same key replays', async () => {
    await s.fault({ kind: 'status', status: 500, accept: true });
    expect((await batch('late-500')).error).toMatchObject({ statusCode: 500 });
    expect(await acceptedCount('late-500')).toBe(3);
    expect((await batch('late-500')).data?.data).toHaveLength(3);
  });

  it('a storm of HTML 502s passes after as many requests as it was told', async () => {
    await s.fault({ kind: 'status', status: 502, body: '<h1>Bad gateway</h1>' }, { times: 3 });
    const statuses: unknown[] = [];
    for (let call = 0; call < 4; call += 1) statuses.push((await batch('storm')).error?.statusCode);
    expect(statuses).toEqual([502, 502, 502, undefined]);
  });

  it('name, message and headers are the caller’s to choose; no retry-after unless told', async () => {
    await s.fault({ kind: 'status', status: 429, name: 'daily_quota_exceeded', headers: { 'retry-after': '86400' } });
    const quota = await batch('quota');
    expect(quota.error?.name).toBe('daily_quota_exceeded');
    expect(quota.headers?.['retry-after']).toBe('86400');
    await s.fault({ kind: 'status', status: 429 });
    expect((await batch('quota')).headers).not.toHaveProperty('retry-after');
  });

  it('a revoked key is refused while another still sends', async () => {
    await s.fault({ kind: 'status', status: 403 }, { apiKey: 're_test', times: 'always' });
    expect((await batch('revoked')).error?.name).toBe('invalid_api_key');
    expect((await batch('revoked')).error?.name).toBe('invalid_api_key');
    const headers = { authorization: 'Bearer re_new', 'idempotency-key': 'revoked' };
    const other = await fetch(`${s.api}/emails/batch`, { method: 'POST', headers, body: JSON.stringify(mails) });
    expect(other.status).toBe(200);
  });
});

describe('waiting', () => {
  it('hold: accepted at once, answered when released', async () => {
    const id = await s.fault({ kind: 'hold' });
    const first = batch('hold');
    await until(
      () => acceptedCount('hold'),
      (count) => count === 3,
    );
    const second = await batch('hold');
    await s.control('POST', `release/${id}`);
    expect((await first).data).toEqual(second.data);
  });

  it('fault 55: hold-before runs, so the same key is told to wait until the release', async () => {
    const id = await s.fault({ kind: 'hold-before' });
    const first = batch('running');
    await s.faultMet();
    await until(
      async () => (await batch('running')).error?.name,
      (name) => name === 'concurrent_idempotent_requests',
    );
    expect(await acceptedCount('running')).toBe(0);
    await s.control('POST', `release/${id}`);
    expect((await first).data?.data).toHaveLength(3);
    expect((await batch('running')).data).toEqual((await first).data);
    expect(await acceptedCount('running')).toBe(3);
  });

  it('a delay ends by itself', async () => {
    await s.fault({ kind: 'delay', ms: 100 });
    expect((await batch('delay')).data?.data).toHaveLength(3);
  });

  it('deleting a rule lets the requests it held go on', async () => {
    await s.fault({ kind: 'hold' });
    const first = batch('deleted');
    await until(
      () => acceptedCount('deleted'),
      (count) => count === 3,
    );
    await s.control('DELETE', 'faults');
    expect((await first).error).toBeNull();
  });
});

describe('rules', () => {
  it('fault 58: reject-item refuses a strict batch, and the others go through without the bad one', async () => {
    await s.fault({ kind: 'reject-item', contains: 'mara@' }, { times: 'always' });
    expect((await batch('reject')).error).toMatchObject({ statusCode: 422, name: 'invalid_parameter' });
    expect(await acceptedCount('reject')).toBe(0);
    const rest = await s.resend.batch.send(mails.toSpliced(1, 1), { idempotencyKey: 'reject-rest' });
    expect(rest.data?.data).toHaveLength(2);
    const loose = await s.resend.batch.send(mails, { batchValidation: 'permissive' });
    expect(loose.data?.errors?.map(({ index }) => index)).toEqual([1]);
  });

  it('the second of three requests is hit by skip 1', async () => {
    await s.fault({ kind: 'status', status: 503 }, { skip: 1, path: '/emails/batch' });
    const statuses: unknown[] = [];
    for (let call = 0; call < 3; call += 1) statuses.push((await batch(`skip-${call}`)).error?.statusCode);
    expect(statuses).toEqual([undefined, 503, undefined]);
  });

  it('they are listed with how many requests matched, and taken away', async () => {
    const id = await s.fault({ kind: 'status', status: 503 }, { skip: 5 });
    await batch('listed');
    const listed = await s.control('GET', 'faults');
    expect(listed.content['faults']).toMatchObject([{ id, seen: 1, rule: { match: { skip: 5, times: 1 } } }]);
    expect((await s.control('DELETE', `faults/${id}`)).content).toEqual({ deleted: 1 });
    expect((await s.control('GET', 'faults')).content).toEqual({ faults: [] });
  });

  it('a rule from another process counts here too', async () => {
    const other = await startListeningSandbox({ databaseUrl: database.url });
    await other.fault({ kind: 'status', status: 503 });
    expect((await batch('elsewhere')).error).toMatchObject({ statusCode: 503 });
    await other.close();
  });

  it('a rule that is none is refused with what is wrong', async () => {
    const { status, content } = await s.control('POST', 'faults', { action: { kind: 'explode' } });
    expect(status).toBe(400);
    expect(String(content['error'])).toContain('action');
    expect((await s.control('DELETE', 'faults/x')).status).toBe(400);
  });

  it('there is an end to their number', async () => {
    for (let count = 0; count < faultRuleCountLimit; count += 1)
      await s.fault({ kind: 'status', status: 503 }, { keyPrefix: 'none' });
    expect((await s.control('POST', 'faults', { action: { kind: 'hold' } })).status).toBe(409);
  });

  it('the control page tells how, and a foreign web page may not use it', async () => {
    const guide = await (await fetch(`${s.api}/_control`)).text();
    expect(guide).toContain('curl');
    const foreign = await fetch(`${s.api}/_control/faults`, {
      method: 'DELETE',
      headers: { 'sec-fetch-site': 'cross-site' },
    });
    expect(foreign.status).toBe(403);
  });
});
