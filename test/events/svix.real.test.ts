import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Webhook, WebhookVerificationError } from 'svix';
import type { Context } from '../../src/context.ts';
import { receiveEvent } from '../../src/events/receive-event.ts';
import { signWebhook } from '../../src/sandbox/sign-webhook.ts';
import { newWebhookId } from '../../src/sandbox/webhook-payload.ts';
import { createTestContext } from '../issues/test-context.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

const secretOf = (words: string) => `whsec_${Buffer.from(words.padEnd(24, '.')).toString('base64')}`;
const [oldSecret, newSecret, foreignSecret] = [secretOf('old'), secretOf('new'), secretOf('foreign')];
const payload = JSON.stringify({
  type: 'email.delivered',
  data: { to: ['ada@example.com'], subject: 'Ünïcode “✓” 🚢' },
});

let database: TestDatabase;
let ctx: Context;
beforeAll(async () => {
  database = await createTestDatabase();
  const context = createTestContext(database.db, new Date().toISOString());
  ctx = { ...context, config: { ...context.config, webhookSecrets: [newSecret, oldSecret] } };
});
afterAll(() => database.drop());

/** What svix itself would send: its signatures of these secrets, side by side as during a rotation. */
async function receiveSigned(secrets: string[], { ageSeconds = 0, versions = ['v1'] } = {}) {
  const id = newWebhookId();
  const sentAt = new Date(Date.now() - ageSeconds * 1000);
  const signed = secrets.map((secret) => new Webhook(secret).sign(id, sentAt, payload));
  const signature = signed.map((one, index) => one.replace(/^v1/, versions[index] ?? 'v1')).join(' ');
  const timestamp = String(Math.floor(sentAt.getTime() / 1000));
  return receiveEvent(ctx, { rawBody: Buffer.from(payload), id, timestamp, signature });
}

describe('what we sign in the sandbox', () => {
  it('svix verifies, with the same payload back', () => {
    const headers = signWebhook({ id: newWebhookId(), payload, secret: newSecret, sentAt: new Date() });
    expect(new Webhook(newSecret).verify(payload, headers)).toEqual(JSON.parse(payload));
  });

  it('is byte for byte what svix signs', () => {
    const [id, sentAt] = [newWebhookId(), new Date()];
    const headers = signWebhook({ id, payload, secret: newSecret, sentAt });
    expect(headers['svix-signature']).toBe(new Webhook(newSecret).sign(id, sentAt, payload));
  });

  it.each([
    ['under another secret', { secret: foreignSecret }],
    ['with another byte in the body', { body: payload.replace('ada', 'bda') }],
    ['six minutes old', { ageSeconds: 360 }],
    ['six minutes early', { ageSeconds: -360 }],
  ])('svix refuses %s', (_name, wrong: { secret?: string; body?: string; ageSeconds?: number }) => {
    const { secret = newSecret, body = payload, ageSeconds = 0 } = wrong;
    const sentAt = new Date(Date.now() - ageSeconds * 1000);
    const headers = signWebhook({ id: newWebhookId(), payload, secret: newSecret, sentAt });
    expect(() => new Webhook(secret).verify(body, headers)).toThrow(WebhookVerificationError);
  });
});

describe('what svix signs', () => {
  it.each([
    ['with the new secret', [newSecret]],
    ['with the old one, still there', [oldSecret]],
    ['with both, as while its side rotates', [oldSecret, newSecret]],
    ['with one we do not know beside one we do', [foreignSecret, newSecret]],
  ])('%s is taken', async (_name, secrets) => {
    expect(await receiveSigned(secrets)).toBe('stored');
  });

  it.each([
    ['with a secret we do not know', [foreignSecret], {}],
    ['six minutes ago', [newSecret], { ageSeconds: 360 }],
    ['six minutes ahead', [newSecret], { ageSeconds: -360 }],
    ['under another version alone', [newSecret], { versions: ['v2'] }],
  ])('%s is refused', async (_name, secrets, how) => {
    expect(await receiveSigned(secrets, how)).toMatchObject({ refused: 'unsigned' });
  });
});
