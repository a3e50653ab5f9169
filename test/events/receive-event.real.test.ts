import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Context } from '../../src/context.ts';
import { receiveEvent, type SignedRequest } from '../../src/events/receive-event.ts';
import { createTestContext } from '../issues/test-context.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

const [secret, olderSecret] = ['whsec_dGVzdC10ZXN0LXRlc3QtdGVzdA==', 'whsec_b2xkLW9sZC1vbGQtb2xkLW9sZC1vbGQ='];
let test: TestDatabase;
let ctx: Context;
const rung: unknown[] = [];
beforeAll(async () => {
  test = await createTestDatabase();
  const made = createTestContext(test.db, '2026-11-21T09:00:00Z');
  const ring = async (_name: string, payloads: readonly object[]) => void rung.push(...payloads);
  ctx = { ...made, queue: { ...made.queue, ring }, config: { ...made.config, webhookSecrets: [secret, olderSecret] } };
});
afterAll(() => test.drop());

function sign(id: string, text: string | Buffer, { by = secret, at = new Date() } = {}): SignedRequest {
  const rawBody = Buffer.from(text);
  const signature = new Webhook(by).sign(id, at, rawBody.toString('utf8'));
  return { rawBody, id, timestamp: String(Math.floor(at.getTime() / 1000)), signature };
}

async function readStored(svixId: string) {
  return test.db.selectFrom('providerEvents').selectAll().where('svixId', '=', svixId).executeTakeFirst();
}

const body = '{"type":"email.delivered","created_at":"2026-11-21T08:59:00Z","data":{"email_id":"e-1"}}';

describe('a signed event', () => {
  it('is stored once under its id, and rung for once', async () => {
    rung.length = 0;
    expect(await receiveEvent(ctx, sign('once', body))).toBe('stored');
    expect(await receiveEvent(ctx, sign('once', body))).toBe('known');
    expect(await readStored('once')).toMatchObject({
      type: 'email.delivered',
      state: 'received',
      occurredAt: new Date('2026-11-21T08:59:00Z'),
      payload: JSON.parse(body),
    });
    expect(rung).toEqual([{}]);
  });

  it('may be signed with the secret before the newest', async () => {
    expect(await receiveEvent(ctx, sign('older', body, { by: olderSecret }))).toBe('stored');
  });

  it('with text that Postgres cannot keep is stored without it, names of fields too', async () => {
    const odd = String.raw`{"type":"email.sent","data":{"subject":"a\u0000b \ud83d c \ud83d\ude00","n\u0000ame":["\udc00"]}}`;
    expect(await receiveEvent(ctx, sign('odd', odd))).toBe('stored');
    const data = { subject: 'ab \uFFFD c \u{1F600}', name: ['\uFFFD'] };
    expect(await readStored('odd')).toMatchObject({ payload: { type: 'email.sent', data } });
  });

  it.each([
    ['no-type', '{}', 'unknown'],
    ['odd-type', '{"type":7}', 'unknown'],
    ['long-type', JSON.stringify({ type: 'x'.repeat(101) }), 'x'.repeat(100)],
  ])('of an odd type is kept all the same: %s', async (id, text, type) => {
    expect(await receiveEvent(ctx, sign(id, text))).toBe('stored');
    expect((await readStored(id))?.type).toBe(type);
  });

  it.each([
    ['empty', ''],
    ['text', 'hello'],
    ['list', '[]'],
    ['null', 'null'],
    ['cut', '{"type":'],
    ['number', '7'],
  ])('that is no JSON object is refused, and not stored: %s', async (id, text) => {
    expect(await receiveEvent(ctx, sign(id, text))).toMatchObject({ refused: 'not-json' });
    expect(await readStored(id)).toBeUndefined();
  });

  it('may have an id of 200 characters and not one more', async () => {
    expect(await receiveEvent(ctx, sign('x'.repeat(200), body))).toBe('stored');
    expect(await receiveEvent(ctx, sign('x'.repeat(201), body))).toMatchObject({ refused: 'unsigned' });
  });
});

describe('nothing is believed or stored', () => {
  const signed = () => sign('forged', body);
  it.each<[string, Partial<SignedRequest>]>([
    ['another body', { rawBody: Buffer.from(body.replace('delivered', 'complained')) }],
    ['one more blank', { rawBody: Buffer.from(`${body} `) }],
    ['another id', { id: 'forged-too' }],
    ['no id', { id: undefined }],
    ['no time', { timestamp: undefined }],
    ['no signature', { signature: undefined }],
    ['another kind of signature', { signature: 'v2,AAAA' }],
    ['another secret', { signature: sign('forged', body, { by: 'whsec_AAAAAAAAAAAAAAAAAAAAAAAA' }).signature }],
    ['an old signature', sign('forged', body, { at: new Date(Date.now() - 301_000) })],
    ['one from the future', sign('forged', body, { at: new Date(Date.now() + 310_000) })],
  ])('with %s', async (_what, change) => {
    expect(await receiveEvent(ctx, { ...signed(), ...change })).toMatchObject({ refused: 'unsigned' });
    expect(await readStored('forged')).toBeUndefined();
  });

  it('with no secret configured', async () => {
    const without = { ...ctx, config: { ...ctx.config, webhookSecrets: [] } };
    expect(await receiveEvent(without, signed())).toMatchObject({ refused: 'no-secret' });
  });
});
