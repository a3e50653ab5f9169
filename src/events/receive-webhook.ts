import type { Handler } from 'hono';
import type { Context } from '../context.ts';
import { isRefusal } from '../platform/refusal.ts';
import { receiveEvent, type ReceiveRefusal } from './receive-event.ts';

/** Resend's largest event is a few KB; more than this is not read. */
export const webhookBytesLimit = 1024 * 1024;
/** A body that has not come whole by then is not waited for; the provider sends the event again. */
export const webhookBodyLimitMs = 10_000;

/** `POST /webhooks/resend`: verified on the raw body, stored, answered at once; applied by a job. */
export function receiveWebhook(ctx: Context): Handler {
  return async (c) => {
    const rawBody = await readBody(c.req.raw);
    if (typeof rawBody === 'number') return c.text(sentenceFor(rawBody), rawBody);
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

/** Why there is no body: cut off, too slow, too large. */
type NoBody = 400 | 408 | 413;

function sentenceFor(status: NoBody): string {
  switch (status) {
    case 400:
      return 'The body was cut off.';
    case 408:
      return 'The body did not come in time.';
    case 413:
      return 'The body is larger than any event.';
  }
}

async function readBody(request: Request): Promise<Buffer | NoBody> {
  if (Number(request.headers.get('content-length') ?? 0) > webhookBytesLimit) return 413;
  const reader = request.body?.getReader();
  if (reader === undefined) return Buffer.alloc(0);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<408>((resolve) => {
    timer = setTimeout(() => resolve(408), webhookBodyLimitMs);
  });
  const body = await Promise.race([collect(reader).catch((): NoBody => 400), late]);
  clearTimeout(timer);
  if (typeof body === 'number') void reader.cancel().catch(() => {});
  return body;
}

async function collect(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<Buffer | NoBody> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return Buffer.concat(chunks);
    length += value.length;
    if (length > webhookBytesLimit) return 413;
    chunks.push(value);
  }
}
