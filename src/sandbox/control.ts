import type { Context } from 'hono';
import { Hono } from 'hono';
import { stream } from 'hono/streaming';
import { z } from 'zod';
import { controlGuide } from './control-guide.ts';
import { createWebhookControl } from './control-webhooks.ts';
import { domainStatuses, setDomain } from './domains.ts';
import { deleteFaults, insertFault, listFaults, releaseFaults } from './fault-queries.ts';
import { faultRuleCountLimit, faultRuleSchema } from './fault-rule.ts';
import type { SandboxBindings } from './hono-types.ts';
import { streamLedgerMails, streamLedgerRequests } from './ledger.ts';
import { rateLimitLimit } from './rate-limit.ts';
import { readControlBody } from './read-control-body.ts';
import { setRateLimit } from './settings.ts';
import type { WebhookTools } from './deliver-webhooks.ts';

const rateSchema = z.strictObject({ limit: z.number().int().min(1).max(rateLimitLimit) });
const domainSchema = z.strictObject({
  name: z.string().regex(/^[a-z\d.-]{1,253}$/),
  status: z.enum([...domainStatuses, 'gone']),
});
const ruleIdSchema = z.coerce.number().int().min(1).max(2_147_483_647);

/** Faults on demand and the ledger: `/_control` and `/_ledger`, for tests and for anybody with curl. */
export function createControl(tools: WebhookTools | Omit<WebhookTools, 'url'>): Hono<SandboxBindings> {
  const { db } = tools;
  const control = new Hono<SandboxBindings>();
  control.use('/*', async (c, next) => {
    // A web page elsewhere must not steer the sandbox of the person who looks at it.
    const site = c.req.header('sec-fetch-site') ?? 'none';
    if (site !== 'none' && site !== 'same-origin') return c.text('Use curl, or this site.\n', 403);
    return next();
  });
  control.get('/_control', (c) => c.text(controlGuide));
  control.get('/_control/faults', async (c) => c.json({ faults: await listFaults(db) }));
  control.post('/_control/faults', async (c) => {
    const rule = await readControlBody(c, faultRuleSchema);
    if (rule instanceof Response) return rule;
    const id = await insertFault(db, rule);
    if (id === undefined) return c.json({ error: `There are ${faultRuleCountLimit} rules already; delete some.` }, 409);
    return c.json({ id, ...rule }, 201);
  });
  control.delete('/_control/faults/:id?', async (c) =>
    withRuleId(c, async (id) => ({ deleted: await deleteFaults(db, id) })),
  );
  control.post('/_control/release/:id?', async (c) =>
    withRuleId(c, async (id) => ({ released: await releaseFaults(db, id) })),
  );
  control.put('/_control/rate-limit', async (c) => {
    const body = await readControlBody(c, rateSchema);
    if (body instanceof Response) return body;
    await setRateLimit(db, body.limit);
    return c.json(body);
  });
  control.put('/_control/domains', async (c) => {
    const body = await readControlBody(c, domainSchema);
    if (body instanceof Response) return body;
    await setDomain(db, body);
    return c.json(body);
  });
  control.route('/_control/webhooks', createWebhookControl(tools));
  control.get('/_ledger', (c) => {
    const name = c.req.query('tag_name');
    const tag = name === undefined ? undefined : { name, value: c.req.query('tag_value') };
    return sendLines(c, streamLedgerMails(db, tag));
  });
  control.get('/_ledger/requests', (c) => sendLines(c, streamLedgerRequests(db)));
  return control;
}

async function withRuleId(
  c: Context,
  act: (id: number | undefined) => Promise<Record<string, number>>,
): Promise<Response> {
  const id = c.req.param('id');
  if (id === undefined) return c.json(await act(undefined));
  const parsed = ruleIdSchema.safeParse(id);
  return parsed.success ? c.json(await act(parsed.data)) : c.json({ error: 'A rule’s id is a number.' }, 400);
}

function sendLines(c: Context, rows: AsyncIterable<unknown>): Response {
  c.header('content-type', 'application/x-ndjson');
  return stream(c, async (out) => {
    for await (const row of rows) await out.write(`${JSON.stringify(row)}\n`);
  });
}
