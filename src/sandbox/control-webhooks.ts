import { Hono } from 'hono';
import { z } from 'zod';
import { insertWebhooks } from './accept-mails.ts';
import type { WebhookTools } from './deliver-webhooks.ts';
import { attemptWebhook, postWebhook } from './deliver-webhooks.ts';
import type { SandboxBindings } from './hono-types.ts';
import { findMail, isUuid } from './mail-queries.ts';
import { readControlBody } from './read-control-body.ts';
import { setWebhooksPaused } from './settings.ts';
import { signWebhook } from './sign-webhook.ts';
import { newWebhookId, planWebhook } from './webhook-payload.ts';
import { listWebhooksByChoice } from './webhook-queries.ts';

/** How often one call may send the same event. */
export const replayCountLimit = 100;

const pauseSchema = z.strictObject({ paused: z.boolean() });
const replaySchema = z
  .strictObject({
    id: z.string().optional(),
    mailId: z.string().refine(isUuid).optional(),
    type: z.string().optional(),
    times: z.number().int().min(1).max(replayCountLimit).default(1),
  })
  .refine((choice) => choice.id !== undefined || choice.mailId !== undefined, 'give id or mailId');
const eventSchema = z.strictObject({
  mailId: z.string(),
  type: z.string().min(1),
  data: z.record(z.string(), z.unknown()).default({}),
  occurredAt: z.coerce.date().optional(),
});
const sendSchema = z.strictObject({
  body: z.union([z.string(), z.record(z.string(), z.unknown())]),
  svixId: z.string().min(1).optional(),
  secret: z.string().startsWith('whsec_').optional(),
  ageSeconds: z.number().default(0),
  signature: z.enum(['good', 'missing', 'v2-only', 'forged']).default('good'),
  headers: z.record(z.string(), z.string()).default({}),
});

type Tools = WebhookTools | Omit<WebhookTools, 'url'>;

/** Webhooks on demand: pause, replay, a further event, anything at all. */
export function createWebhookControl(tools: Tools): Hono<SandboxBindings> {
  const { db, clock } = tools;
  const control = new Hono<SandboxBindings>();
  control.put('/', async (c) => {
    const body = await readControlBody(c, pauseSchema);
    if (body instanceof Response) return body;
    await setWebhooksPaused(db, body.paused);
    return c.json(body);
  });
  control.post('/replay', async (c) => {
    const choice = await readControlBody(c, replaySchema);
    if (choice instanceof Response) return choice;
    if (!('url' in tools)) return c.json({ error: noEndpoint }, 409);
    const webhooks = (await listWebhooksByChoice(db, choice)).flatMap((one) =>
      Array.from({ length: choice.times }, () => one),
    );
    const sent = await Promise.all(
      webhooks.map(async (webhook) => ({
        id: webhook.id,
        type: webhook.type,
        ...(await attemptWebhook(tools, webhook)),
      })),
    );
    return c.json({ sent }, sent.length === 0 ? 404 : 200);
  });
  control.post('/events', async (c) => {
    const body = await readControlBody(c, eventSchema);
    if (body instanceof Response) return body;
    const mail = await findMail(db, body.mailId, clock.now());
    if (mail === undefined)
      return c.json({ error: 'There is no such mail; GET /sandbox/api/_ledger lists them.' }, 404);
    const base = { ...mail, from: mail.fromAddress, to: mail.toAddresses };
    const webhook = planWebhook(base, { type: body.type, extra: body.data }, body.occurredAt ?? clock.now());
    await insertWebhooks(db, [webhook]);
    return c.json({ id: webhook.id }, 201);
  });
  control.post('/send', async (c) => {
    const body = await readControlBody(c, sendSchema);
    if (body instanceof Response) return body;
    if (!('url' in tools)) return c.json({ error: noEndpoint }, 409);
    const payload = typeof body.body === 'string' ? body.body : JSON.stringify(body.body);
    const id = body.svixId ?? newWebhookId();
    return c.json({ id, ...(await postWebhook(tools.url, spoilSignature(tools, { ...body, id, payload }), payload)) });
  });
  return control;
}

const noEndpoint = 'This sandbox was started without a webhook address.';

type Sending = z.output<typeof sendSchema> & { id: string; payload: string };

function spoilSignature({ clock, secret }: Tools, sending: Sending): Record<string, string> {
  const sentAt = new Date(clock.now().getTime() - sending.ageSeconds * 1000);
  const { id, payload } = sending;
  const signed = signWebhook({ id, payload, secret: sending.secret ?? secret, sentAt });
  const { 'svix-signature': signature = '', ...others } = signed;
  const base = { ...others, ...sending.headers };
  switch (sending.signature) {
    case 'good':
      return { ...base, 'svix-signature': signature };
    case 'missing':
      return base;
    case 'v2-only':
      return { ...base, 'svix-signature': signature.replace(/^v1,/, 'v2,') };
    default:
      return { ...base, 'svix-signature': `v1,${Buffer.alloc(32, 7).toString('base64')}` };
  }
}
