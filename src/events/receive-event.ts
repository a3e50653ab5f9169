import { Resend } from 'resend';
import { WebhookVerificationError } from 'standardwebhooks';
import type { Context } from '../context.ts';
import type { Refusal } from '../platform/refusal.ts';
import { readEventFacts } from './provider-event.ts';
import { insertEventUnlessKnown } from './queries.ts';

export interface SignedRequest {
  /** The body as it came, unparsed. */
  rawBody: Buffer;
  id: string | undefined;
  timestamp: string | undefined;
  signature: string | undefined;
}

export type ReceiveRefusal = Refusal<'unsigned' | 'not-json' | 'no-secret'>;

/** Resend's verifier needs a client, not a key. */
const resend = new Resend('re_verifier_only');
const idLengthLimit = 200;

/**
 * Verifies a webhook on its raw body, stores it once under its `svix-id` and rings for it; nothing is stored of a request that
 * is not signed with one of our secrets within five minutes. Source: Resend docs, verify-webhooks-requests.
 */
export async function receiveEvent(ctx: Context, request: SignedRequest): Promise<'stored' | 'known' | ReceiveRefusal> {
  const { id = '', timestamp = '', signature = '' } = request;
  if (ctx.config.webhookSecrets.length === 0) {
    return { refused: 'no-secret', sentence: 'RESEND_WEBHOOK_SECRET is not set, so no event can be believed.' };
  }
  const isSigned = ctx.config.webhookSecrets.some((secret) =>
    verifies(request.rawBody, { id, timestamp, signature }, secret),
  );
  if (!isSigned || id === '' || id.length > idLengthLimit) {
    return { refused: 'unsigned', sentence: 'The signature does not match, or is older than five minutes.' };
  }
  const payload = readJson(request.rawBody);
  if (payload === undefined) return { refused: 'not-json', sentence: 'The body is not a JSON object.' };
  const { occurredAt } = readEventFacts(payload);
  const type = 'type' in payload && typeof payload.type === 'string' ? payload.type.slice(0, 100) : 'unknown';
  const isNew = await insertEventUnlessKnown(ctx.db, {
    svixId: id,
    type,
    occurredAt,
    receivedAt: ctx.clock.now(),
    payload,
  });
  if (isNew) await ctx.queue.ring('apply-events', [{}]);
  return isNew ? 'stored' : 'known';
}

interface SignatureHeaders {
  id: string;
  timestamp: string;
  signature: string;
}

function verifies(rawBody: Buffer, headers: SignatureHeaders, webhookSecret: string): boolean {
  try {
    resend.webhooks.verify({ payload: rawBody.toString('utf8'), headers, webhookSecret });
    return true;
  } catch (error) {
    // Not JSON: the signature was good (it is checked first), the body is judged by the caller.
    if (error instanceof SyntaxError) return true;
    if (error instanceof WebhookVerificationError) return false;
    throw new Error('RESEND_WEBHOOK_SECRET is not a webhook secret (whsec_ and base64)', { cause: error });
  }
}

function readJson(rawBody: Buffer): object | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(rawBody);
    const value: unknown = JSON.parse(text, (_key, part: unknown) => cleanPart(part));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** What jsonb cannot keep has no place in an event: NUL is dropped, half a surrogate pair becomes U+FFFD. */
function cleanPart(part: unknown): unknown {
  if (typeof part === 'string') return cleanText(part);
  if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
  return Object.fromEntries(Object.entries(part).map(([name, value]) => [cleanText(name), value]));
}

function cleanText(text: string): string {
  return Buffer.from(text.replaceAll('\0', ''), 'utf8').toString('utf8');
}
