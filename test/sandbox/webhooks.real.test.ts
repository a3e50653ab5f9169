import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { TestDatabase } from '../support/test-database.ts';
import { createTestDatabase } from '../support/test-database.ts';
import type { ListeningSandbox, ReceivedWebhook, Receiver } from './listening-sandbox.ts';
import { mailTo, startListeningSandbox, startReceiver, until, webhookSecret } from './listening-sandbox.ts';

let database: TestDatabase;
let receiver: Receiver;
let s: ListeningSandbox;

beforeAll(async () => {
  database = await createTestDatabase();
  receiver = await startReceiver();
  s = await startListeningSandbox({ databaseUrl: database.url, webhookUrl: receiver.url });
});
beforeEach(() => {
  receiver.received.length = 0;
  receiver.answers.length = 0;
});
afterAll(async () => {
  await s?.close();
  await receiver?.close();
  await database?.drop();
});

const verify = (webhook: ReceivedWebhook, secret = webhookSecret) => {
  const { id, timestamp, signature, body } = webhook;
  return s.resend.webhooks.verify({ payload: body, headers: { id, timestamp, signature }, webhookSecret: secret });
};
const arrived = (count: number) =>
  until(
    () => receiver.received,
    (received) => received.length >= count,
  );
const send = async (to: string) => {
  const tags = [{ name: 'delivery_id', value: 'd-1' }];
  return (await s.resend.emails.send(mailTo(to, { tags }))).data?.id ?? '';
};

const countOpen = async () => (await listOpen()).length;
const listOpen = () => s.sandbox.db.selectFrom('events').selectAll().where('nextAt', 'is not', null).execute();
const makeDue = () =>
  s.sandbox.db.updateTable('events').set({ nextAt: new Date() }).where('nextAt', 'is not', null).execute();

describe('each accepted mail brings its events, signed', () => {
  it.each([
    ['ada@example.com', ['email.delivered', 'email.sent']],
    ['delivered+1@resend.dev', ['email.delivered', 'email.sent']],
    ['bounced+3@example.com', ['email.bounced', 'email.sent']],
    ['bounced@resend.dev', ['email.bounced', 'email.sent']],
    ['mara+complained@example.com', ['email.complained', 'email.delivered', 'email.sent']],
    ['suppressed@resend.dev', ['email.sent', 'email.suppressed']],
  ])('%s: %j', async (to, types) => {
    const id = await send(to);
    await arrived(types.length);
    expect(receiver.received.map(({ type }) => type).sort()).toEqual(types);
    for (const webhook of receiver.received) {
      const { data } = verify(webhook);
      expect(data).toMatchObject({ email_id: id, to: [to], subject: 'Hello', tags: { delivery_id: 'd-1' } });
      expect(data).toMatchObject({ from: 'Verdicts <verdicts@example.com>', message_id: expect.any(String) });
    }
  });

  it('a bounce says that it is permanent and why', async () => {
    await send('bounced@resend.dev');
    await arrived(2);
    const bounced = receiver.received.find(({ type }) => type === 'email.bounced');
    expect(bounced && verify(bounced).data).toMatchObject({
      bounce: { type: 'Permanent', subType: 'General', diagnosticCode: [expect.stringContaining('550 5.1.1')] },
    });
  });

  it('another secret or another body does not verify', async () => {
    await send('ada@example.com');
    const [webhook] = await arrived(2);
    if (webhook === undefined) throw new Error('nothing arrived');
    expect(() => verify(webhook, `whsec_${Buffer.from('some other secret').toString('base64')}`)).toThrow();
    expect(() => verify({ ...webhook, body: webhook.body.replace('ada', 'eve') })).toThrow();
  });

  it('three hundred mails bring six hundred events, each once', async () => {
    for (let batch = 0; batch < 3; batch += 1) {
      await s.resend.batch.send(Array.from({ length: 100 }, (_, index) => mailTo(`p${batch}-${index}@example.com`)));
    }
    await arrived(600);
    await until(countOpen, (open) => open === 0);
    expect(receiver.received).toHaveLength(600);
    expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(600);
  });
});

describe('an event that is not taken', () => {
  it('is sent again under the same id until the endpoint says 2xx', async () => {
    receiver.answers.push(500, 404);
    await send('ada@example.com');
    await arrived(2);
    const [failed] = await until(
      listOpen,
      (events) => events.length === 2 && events.every(({ lastStatus }) => lastStatus !== null),
    );
    expect((failed?.nextAt?.getTime() ?? 0) - Date.now()).toBeGreaterThan(3_000);
    await makeDue();
    await arrived(4);
    expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(2);
    await until(listOpen, (events) => events.length === 0);
  });

  it('is kept while nothing listens, and arrives later', async () => {
    const silent = await startReceiver();
    await silent.close();
    const own = await createTestDatabase();
    const first = await startListeningSandbox({ databaseUrl: own.url, webhookUrl: silent.url });
    await first.resend.emails.send(mailTo('ada@example.com'));
    await until(
      () => first.sandbox.db.selectFrom('events').select('lastStatus').execute(),
      (events) => events.length === 2 && events.every(({ lastStatus }) => lastStatus === 'ECONNREFUSED'),
    );
    await first.close();
    const second = await startListeningSandbox({ databaseUrl: own.url, webhookUrl: receiver.url });
    await second.sandbox.db.updateTable('events').set({ nextAt: new Date() }).execute();
    await arrived(2);
    await second.close();
    await own.drop();
  });
});

it('two hosts on one ledger do not deliver twice', async () => {
  const other = await startListeningSandbox({ databaseUrl: database.url, webhookUrl: receiver.url });
  await s.resend.batch.send(Array.from({ length: 100 }, (_, index) => mailTo(`host-${index}@example.com`)));
  await arrived(200);
  await other.close();
  expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(receiver.received.length);
});

describe('webhooks on demand', () => {
  it('fault 67: fifty replays at once carry one id and the same bytes', async () => {
    const mailId = await send('ada@example.com');
    await arrived(2);
    const { content } = await s.control('POST', 'webhooks/replay', { mailId, type: 'email.delivered', times: 50 });
    expect(content['sent']).toHaveLength(50);
    const delivered = receiver.received.filter(({ type }) => type === 'email.delivered');
    expect(delivered).toHaveLength(51);
    expect(new Set(delivered.map(({ id, body }) => id + body)).size).toBe(1);
    expect(delivered.every((webhook) => verify(webhook))).toBe(true);
  });

  it('fault 68: paused events wait, and are sent in the order of one’s choice', async () => {
    await s.control('PUT', 'webhooks', { paused: true });
    const mailId = await send('ada@example.com');
    for (const type of ['email.delivered', 'email.sent']) await s.control('POST', 'webhooks/replay', { mailId, type });
    expect(receiver.received.map(({ type }) => type)).toEqual(['email.delivered', 'email.sent']);
    await s.control('PUT', 'webhooks', { paused: false });
    await arrived(4);
  });

  it('faults 65 and 76: a further event of a mail says what it is told to', async () => {
    const mailId = await send('ada@example.com');
    await arrived(2);
    const data = { failed: { reason: 'reached_daily_quota' } };
    expect((await s.control('POST', 'webhooks/events', { mailId, type: 'email.failed', data })).status).toBe(201);
    const [, , failed] = await arrived(3);
    expect(failed && verify(failed)).toMatchObject({ type: 'email.failed', data: { email_id: mailId, ...data } });
    expect((await s.resend.emails.get(mailId)).data?.last_event).toBe('failed');
  });

  it.each([
    ['good', { signature: 'good' }, true],
    ['forged', { signature: 'forged' }, false],
    ['missing', { signature: 'missing' }, false],
    ['of version 2 alone', { signature: 'v2-only' }, false],
    ['six minutes old', { ageSeconds: 360 }, false],
    ['six minutes early', { ageSeconds: -360 }, false],
    ['of a rotated secret', { secret: `whsec_${Buffer.from('rotated').toString('base64')}` }, false],
  ])('faults 70 to 73: a signature that is %s', async (_title, how, isGood) => {
    const { content } = await s.control('POST', 'webhooks/send', { body: { type: 'email.sent', data: null }, ...how });
    expect(content).toMatchObject({ status: '200' });
    const [webhook] = receiver.received;
    const check = () => webhook && verify(webhook);
    if (isGood) expect(check()).toMatchObject({ type: 'email.sent' });
    else expect(check).toThrow();
  });

  it('what does not exist is not replayed', async () => {
    expect((await s.control('POST', 'webhooks/replay', { id: 'msg_none' })).status).toBe(404);
    expect((await s.control('POST', 'webhooks/replay', {})).status).toBe(400);
    expect((await s.control('POST', 'webhooks/events', { mailId: 'x', type: 'email.sent' })).status).toBe(404);
  });
});
