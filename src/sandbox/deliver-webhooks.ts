import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import { areWebhooksPaused } from './settings.ts';
import { signWebhook } from './sign-webhook.ts';
import type { SandboxDb } from './tables.ts';
import type { AttemptResult, ClaimedWebhook } from './webhook-queries.ts';
import { claimWebhooks, updateWebhookFailed, updateWebhooksDelivered } from './webhook-queries.ts';
import { nextAttemptAt } from './webhook-schedule.ts';

/** Attempts under way at a time. */
export const webhookParallelCount = 8;
/** An endpoint that has not answered by then has failed. */
export const webhookTimeoutMs = 8_000;
const claimCount = webhookParallelCount * 2;
/** Longer than two attempts after one another, so that no other process makes them meanwhile. */
const claimMs = 2 * webhookTimeoutMs + 4_000;
const idleMs = 200;

/** Where webhooks go and with what they are made. */
export interface WebhookTools {
  db: SandboxDb;
  url: string;
  secret: string;
  clock: Clock;
  log: Log;
}

/** A loop that delivers what is due. */
export interface WebhookDelivery {
  /** Looks at once rather than at the next interval. */
  ring(): void;
  /** Ends after the attempts under way. */
  stop(): Promise<void>;
}

/** Begins delivering; several processes may do so on the same ledger. */
export function startWebhooks(tools: WebhookTools): WebhookDelivery {
  const stopping = new AbortController();
  let nap = new AbortController();
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const idle = nap.signal;
      const count = await deliverDueWebhooks(tools).catch((error: unknown) => {
        tools.log.error({ err: error }, 'the sandbox could not look for webhooks');
        return 0;
      });
      if (count === 0) await tools.clock.sleep(idleMs, AbortSignal.any([idle, stopping.signal]));
    }
  };
  const running = run();
  return {
    ring() {
      nap.abort();
      nap = new AbortController();
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

/** Makes one attempt for each of the next due events and answers how many; none while webhooks are paused. */
export async function deliverDueWebhooks(tools: WebhookTools): Promise<number> {
  const { db, clock } = tools;
  if (await areWebhooksPaused(db)) return 0;
  const now = clock.now();
  const claimedUntil = new Date(now.getTime() + claimMs);
  const claimed = await claimWebhooks(db, claimCount, { now, claimedUntil });
  const waiting = [...claimed];
  const delivered: string[] = [];
  let status = '';
  const lane = async (): Promise<void> => {
    for (let webhook = waiting.shift(); webhook !== undefined; webhook = waiting.shift()) {
      const result = await attemptWebhook(tools, webhook);
      if (result.delivered) {
        delivered.push(webhook.id);
        status = result.status;
      } else await failWebhook(tools, webhook, result);
    }
  };
  await Promise.all(Array.from({ length: webhookParallelCount }, lane));
  if (delivered.length > 0) await updateWebhooksDelivered(db, delivered, { delivered: true, status, at: clock.now() });
  return claimed.length;
}

async function failWebhook(
  { db, clock, log }: WebhookTools,
  webhook: ClaimedWebhook,
  result: AttemptResult,
): Promise<void> {
  const nextAt = nextAttemptAt(webhook.attempts, clock.now());
  await updateWebhookFailed(db, webhook.id, { status: result.status, nextAt });
  log.debug({ svixId: webhook.id, attempt: webhook.attempts, status: result.status, nextAt }, 'webhook not taken');
}

/** Posts one event; never throws. Any 2xx is a success, a redirect is not followed. */
export async function attemptWebhook(
  { url, secret, clock }: WebhookTools,
  webhook: { id: string; payload: string },
): Promise<AttemptResult> {
  const headers = signWebhook({ id: webhook.id, payload: webhook.payload, secret, sentAt: clock.now() });
  return postWebhook(url, headers, webhook.payload);
}

/** Posts a body as it is; never throws. */
export async function postWebhook(url: string, headers: Record<string, string>, body: string): Promise<AttemptResult> {
  try {
    const signal = AbortSignal.timeout(webhookTimeoutMs);
    const response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal });
    await response.arrayBuffer();
    return { delivered: response.ok, status: String(response.status) };
  } catch (error) {
    return { delivered: false, status: reasonOf(error) };
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'failed';
  const { cause } = error;
  if (!(cause instanceof Error)) return error.name;
  return 'code' in cause ? String(cause.code) : cause.message;
}
