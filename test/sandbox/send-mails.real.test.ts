import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
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
afterAll(async () => {
  await s?.close();
  await database?.drop();
});

const acceptedUnder = async (key: string) => {
  const { mails } = await readSandboxLedger(s.sandbox.db);
  return mails.filter((mail) => mail.idempotencyKey === key);
};
const batchOf = (count: number, prefix = 'p') =>
  Array.from({ length: count }, (_, index) => mailTo(`${prefix}${index}@example.com`));
const post = (path: string, body: string, headers: Record<string, string> = {}) =>
  fetch(`${s.api}${path}`, { method: 'POST', body, headers: { authorization: 'Bearer re_test', ...headers } });

const nameIn = async (response: Response) => z.object({ name: z.string() }).parse(await response.json()).name;
const statusOfKey = async (key: string) =>
  (await post('/emails', JSON.stringify(mailTo('ada@example.com')), { 'idempotency-key': key })).status;
const statusOfPage = async (limit: number) =>
  (await fetch(`${s.api}/emails?limit=${limit}`, { headers: { authorization: 'Bearer re_test' } })).status;
const sendUnderDay = (to: string) => s.resend.emails.send(mailTo(to), { idempotencyKey: 'day' });
/** Makes the acceptance under the key `day` so many hours old. */
const ageDay = (hours: number) =>
  s.sandbox.db
    .updateTable('idempotency')
    .set({ acceptedAt: new Date(Date.now() - hours * 3_600_000) })
    .where('key', '=', 'day')
    .execute();

describe('sending', () => {
  it('one mail is accepted and can be read back', async () => {
    const tags = [{ name: 'issue_id', value: '7' }];
    const sent = await s.resend.emails.send(mailTo('ada@example.com', { tags, replyTo: 'desk@example.com' }));
    expect(sent.error).toBeNull();
    const read = await s.resend.emails.get(sent.data?.id ?? '');
    expect(read.data).toMatchObject({
      object: 'email',
      to: ['ada@example.com'],
      subject: 'Hello',
      html: '<p>Hello</p>',
    });
    expect(read.data).toMatchObject({ reply_to: ['desk@example.com'], tags });
    await until(
      async () => (await s.resend.emails.get(sent.data?.id ?? '')).data?.last_event,
      (event) => event === 'delivered',
    );
  });

  it('a batch of 100 gives 100 distinct ids in the order of its mails', async () => {
    const { data, error } = await s.resend.batch.send(batchOf(100), { idempotencyKey: 'hundred' });
    expect(error).toBeNull();
    const ids = (data?.data ?? []).map(({ id }) => id);
    expect(new Set(ids).size).toBe(100);
    const kept = await acceptedUnder('hundred');
    expect(kept.map((mail) => [mail.id, mail.to[0]])).toEqual(ids.map((id, index) => [id, `p${index}@example.com`]));
  });

  it('0 and 101 mails are refused and nothing is sent', async () => {
    for (const count of [0, 101]) {
      const { error } = await s.resend.batch.send(batchOf(count), { idempotencyKey: `count-${count}` });
      expect(error).toMatchObject({ statusCode: 400, name: 'validation_error' });
      expect(await acceptedUnder(`count-${count}`)).toEqual([]);
    }
  });

  it('strict: one bad mail and nothing is sent; the same key serves the mended batch', async () => {
    const bad = batchOf(3).with(1, mailTo('nobody'));
    const refused = await s.resend.batch.send(bad, { idempotencyKey: 'strict' });
    expect(refused.error).toMatchObject({ statusCode: 400, name: 'validation_error' });
    expect(refused.error?.message).toContain('index 1');
    expect(await acceptedUnder('strict')).toEqual([]);
    expect((await s.resend.batch.send(batchOf(3), { idempotencyKey: 'strict' })).error).toBeNull();
    expect(await acceptedUnder('strict')).toHaveLength(3);
  });

  it('fault 59: permissive with errors at 0, 50 and 99 sends the other 97, their ids in order', async () => {
    const mails = batchOf(100, 'q').map((mail, index) => ([0, 50, 99].includes(index) ? mailTo(`bad-${index}`) : mail));
    const { data } = await s.resend.batch.send(mails, { batchValidation: 'permissive', idempotencyKey: 'permissive' });
    expect(data?.errors?.map(({ index }) => index)).toEqual([0, 50, 99]);
    const kept = await acceptedUnder('permissive');
    expect(kept.map((mail) => mail.id)).toEqual(data?.data.map(({ id }) => id));
    const good = mails.map((mail) => mail.to).filter((to) => !to.startsWith('bad'));
    expect(kept.map((mail) => mail.to[0])).toEqual(good);
  });

  it('an unknown validation mode, broken JSON and a body that is no list are refused', async () => {
    expect((await post('/emails/batch', '[]', { 'x-batch-validation': 'lax' })).status).toBe(422);
    expect((await post('/emails/batch', '{"a":')).status).toBe(400);
    expect((await post('/emails/batch', '{}')).status).toBe(400);
    expect((await post('/emails', '[]')).status).toBe(400);
  });

  it('no key, a wrong key, an unknown address, a wrong method have the provider’s names', async () => {
    expect(await nameIn(await post('/emails', '{}', { authorization: '' }))).toBe('missing_api_key');
    expect(await nameIn(await post('/emails', '{}', { authorization: 'Bearer sk_1' }))).toBe('invalid_api_key');
    expect(await nameIn(await fetch(`${s.api}/nothing`))).toBe('not_found');
    expect(await nameIn(await fetch(`${s.api}/emails`, { method: 'PUT' }))).toBe('method_not_allowed');
    expect((await s.resend.emails.get('5f1c9d3e-0000-4000-8000-000000000000')).error).toMatchObject({
      statusCode: 404,
    });
  });
});

describe('idempotency', () => {
  it('the same key and bytes give the first answer and send nothing', async () => {
    const first = await s.resend.batch.send(batchOf(5), { idempotencyKey: 'again' });
    const second = await s.resend.batch.send(batchOf(5), { idempotencyKey: 'again' });
    expect(second.data).toEqual(first.data);
    expect(await acceptedUnder('again')).toHaveLength(5);
    const { requests } = await readSandboxLedger(s.sandbox.db);
    expect(requests.filter((one) => one.idempotencyKey === 'again').map((one) => one.outcome)).toEqual([
      'accepted',
      'replayed',
    ]);
  });

  it('another byte under the same key is refused', async () => {
    const body = JSON.stringify(mailTo('ada@example.com'));
    const headers = { 'idempotency-key': 'byte' };
    expect((await post('/emails', body, headers)).status).toBe(200);
    const other = await post('/emails', `${body} `, headers);
    expect(other.status).toBe(409);
    expect(await other.json()).toMatchObject({ statusCode: 409, name: 'invalid_idempotent_request' });
    expect(await acceptedUnder('byte')).toHaveLength(1);
  });

  it('a key counts for its endpoint alone', async () => {
    const single = await s.resend.emails.send(mailTo('ada@example.com'), { idempotencyKey: 'scope' });
    const batch = await s.resend.batch.send(batchOf(1), { idempotencyKey: 'scope' });
    expect([single.error, batch.error]).toEqual([null, null]);
    expect(await acceptedUnder('scope')).toHaveLength(2);
  });

  it('a key has 1 to 256 characters', async () => {
    expect(await Promise.all(['', 'k', 'k'.repeat(256), 'k'.repeat(257)].map(statusOfKey))).toEqual([
      400, 200, 200, 400,
    ]);
  });

  it('twenty at once under one key: one is accepted, the others are told to wait or get its answer', async () => {
    const calls = Array.from({ length: 20 }, () => s.resend.batch.send(batchOf(10), { idempotencyKey: 'race' }));
    const answers = await Promise.all(calls);
    const names = new Set(answers.map(({ error }) => error?.name ?? 'ok'));
    expect([...names].every((name) => ['ok', 'concurrent_idempotent_requests'].includes(name))).toBe(true);
    expect(names).toContain('ok');
    expect(await acceptedUnder('race')).toHaveLength(10);
  });

  it('two processes hosting one ledger accept a key once', async () => {
    const other = await startListeningSandbox({ databaseUrl: database.url });
    const calls = Array.from({ length: 20 }, (_, index) =>
      (index % 2 === 0 ? s : other).resend.batch.send(batchOf(10), { idempotencyKey: 'two-hosts' }),
    );
    await Promise.all(calls);
    await other.close();
    expect(await acceptedUnder('two-hosts')).toHaveLength(10);
  });

  it('a key is free again after 24 hours', async () => {
    await sendUnderDay('ada@example.com');
    await ageDay(23.9);
    expect((await sendUnderDay('mara@example.com')).error).toMatchObject({ name: 'invalid_idempotent_request' });
    await ageDay(24);
    expect((await sendUnderDay('mara@example.com')).error).toBeNull();
  });
});

describe('lists', () => {
  it('the list is walked by cursor, newest first, forth and back', async () => {
    const { mails } = await readSandboxLedger(s.sandbox.db);
    const all = mails.map((mail) => mail.id).toReversed();
    const first = (await s.resend.emails.list({ limit: 100 })).data;
    expect(first?.data.map(({ id }) => id)).toEqual(all.slice(0, 100));
    expect(first?.has_more).toBe(true);
    const second = (await s.resend.emails.list({ limit: 3, after: all[99] ?? '' })).data;
    expect(second?.data.map(({ id }) => id)).toEqual(all.slice(100, 103));
    const back = (await s.resend.emails.list({ limit: 3, before: all[100] ?? '' })).data;
    expect(back?.data.map(({ id }) => id)).toEqual(all.slice(97, 100));
    const top = (await s.resend.emails.list({ limit: 3, before: all[2] ?? '' })).data;
    expect(top).toMatchObject({ has_more: false, data: [{ id: all[0] }, { id: all[1] }] });
  });

  it('a page holds 1 to 100', async () => {
    expect(await Promise.all([0, 1, 100, 101].map(statusOfPage))).toEqual([422, 200, 200, 422]);
  });

  it('the ledger is one JSON line a mail, by tag', async () => {
    await s.resend.emails.send(mailTo('tagged@example.com', { tags: [{ name: 'batch_id', value: 'b-1' }] }));
    const linesOf = async (query: string) =>
      (await (await fetch(`${s.api}/_ledger?${query}`)).text()).split('\n').slice(0, -1);
    const [line = ''] = await linesOf('tag_name=batch_id&tag_value=b-1');
    expect(JSON.parse(line)).toMatchObject({ to: ['tagged@example.com'], tags: { batch_id: 'b-1' } });
    expect(await linesOf('tag_name=batch_id&tag_value=b-2')).toEqual([]);
    const { mails } = await readSandboxLedger(s.sandbox.db);
    expect(await linesOf('')).toHaveLength(mails.length);
  });
});
