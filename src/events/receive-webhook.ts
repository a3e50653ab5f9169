import type { Handler } from 'hono';
import type { Context } from '../context.ts';
import { isRefusal } from '../platform/refusal.ts';
import { receiveEvent, type ReceiveRefusal } from './receive-event.ts';

/** Resend's largest event is a few KB; more than this is not read. */
export const webhookBytesLimit = 1024 * 1024;

/** `POST /webhooks/resend`: verified on the raw body, stored, answered at once; applied by a job. */
export function receiveWebhook(ctx: Context): Handler {
  return async (c) => {
    const rawBody = await readBody(c.req.raw, webhookBytesLimit);
    if (rawBody === undefined) return c.text('The body is larger than any event.', 413);
    const result = await receiveEvent(ctx, {
      rawBody,
      id: c.req.header('svix-id'),
      timestamp: c.req.header('svix-timestamp'),
      signature: c.req.header('svix-signature'),
    });
    if (!isRefusal(result)) return c.body(null, 204);
    ctx.log.warn({ refused: result.refused }, 'a webhook was refused');
    return c.text(result.sentence, statusOf(result));
  };
}

function statusOf({ refused }: ReceiveRefusal): 400 | 401 | 500 {
  switch (refused) {
    case 'unsigned':
      return 401;
    case 'not-json':
      return 400;
    case 'no-secret':
      return 500;
  }
}

async function readBody(request: Request, limit: number): Promise<Buffer | undefined> {
  if (Number(request.headers.get('content-length') ?? 0) > limit) return undefined;
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.length;
    if (length > limit) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
