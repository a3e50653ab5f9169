import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { judgeAnswer } from '../../src/deliveries/judge-answer.ts';
import { ada, ben, closeStandIns, mail, mailerOf, type Name, newKey, openStandIns, post } from './stand-ins.ts';

beforeAll(openStandIns);
afterAll(closeStandIns);

describe.each<Name>(['sandbox', 'emulate'])('the mail adapter against %s', (name) => {
  it('a single mail is taken with its id', async () => {
    const answer = await post(name, ada);
    expect(judgeAnswer(answer, 1)).toMatchObject({ verdict: 'yes', ids: [expect.stringMatching(/^[\da-f-]{36}$/)] });
  });

  it('a batch is taken with as many ids as mails, and the list has them in this order', async () => {
    const { ids } = await post(name, [ada, ben]);
    expect(new Set(ids).size).toBe(2);
    const form = z.object({ to: z.array(z.string()), subject: z.string() });
    const read = await Promise.all(
      (ids ?? []).map((id) => mailerOf(name).read({ path: `/emails/${id}`, form, deadlineMs: 20_000 })),
    );
    expect(read).toMatchObject([{ value: { to: ada.to } }, { value: { to: ben.to } }]);
  });

  it('the same bytes under the same key are taken once and answered alike', async () => {
    for (const content of [ada, [ada, ben]]) {
      const key = newKey();
      const first = await post(name, content, { key });
      const second = await post(name, content, { key });
      expect(first.ids).not.toBeNull();
      expect(second.ids).toEqual(first.ids);
    }
  });

  it('another body under the same key is refused by the name that blocks a batch', async () => {
    for (const [first, second] of [
      [ada, ben],
      [[ada, ben], [ada]],
    ]) {
      const key = newKey();
      await post(name, first, { key });
      const answer = await post(name, second, { key });
      expect(answer).toMatchObject({ status: 409, errorName: 'invalid_idempotent_request', ids: null });
      expect(judgeAnswer(answer, 1)).toEqual({ verdict: 'doubt', cause: 'other-body' });
    }
  });

  it.each([
    ['a mail without a subject', mail('ada@example.com', { subject: undefined })],
    ['a mail without a sender', mail('ada@example.com', { from: undefined })],
    ['a batch with one bad mail', [ada, { to: ['ben@example.com'] }]],
    ['101 mails', Array.from({ length: 101 }, () => ada)],
  ])('%s is a no about its content, and nothing of it is taken', async (_title, content) => {
    const before = await countMails(name);
    const answer = await post(name, content);
    expect(judgeAnswer(answer, 1)).toEqual({ verdict: 'no', cause: 'content' });
    expect(await countMails(name)).toBe(before);
  });

  it('what is no JSON is a no about its content', async () => {
    const answer = await post(name, undefined, { path: '/emails', text: 'no json' });
    expect(judgeAnswer(answer, 1)).toEqual({ verdict: 'no', cause: 'content' });
  });

  it('a key of 256 characters is taken, one of 257 refused', async () => {
    expect((await post(name, ada, { key: 'k'.repeat(256) })).status).toBe(200);
    const answer = await post(name, ada, { key: 'k'.repeat(257) });
    expect(answer).toMatchObject({ status: 400, errorName: 'invalid_idempotency_key' });
  });

  it('the sender domain is listed as verified', async () => {
    const form = z.object({ data: z.array(z.object({ id: z.string(), name: z.string(), status: z.string() })) });
    const read = await mailerOf(name).read({ path: '/domains?limit=100', form, deadlineMs: 20_000 });
    expect(read).toMatchObject({ kind: 'read', value: { data: [{ name: 'example.com', status: 'verified' }] } });
  });

  it('a mail nobody sent is not found', async () => {
    const question = { path: '/emails/00000000-0000-4000-8000-000000000000', form: z.object({}), deadlineMs: 20_000 };
    expect(await mailerOf(name).read(question)).toMatchObject({ kind: 'refused', status: 404 });
  });
});

async function countMails(name: Name): Promise<number> {
  const form = z.object({ data: z.array(z.unknown()) });
  const read = await mailerOf(name).read({ path: '/emails?limit=100', form, deadlineMs: 20_000 });
  return read.kind === 'read' ? read.value.data.length : -1;
}
