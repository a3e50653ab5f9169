import { Hono } from 'hono';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import { createProviderApi } from './api.ts';
import { createControl } from './control.ts';
import type { WebhookDelivery } from './deliver-webhooks.ts';
import { startWebhooks } from './deliver-webhooks.ts';
import { forgetOldRecords } from './forget.ts';
import type { SandboxBindings } from './hono-types.ts';
import type { MailboxLink } from './mailbox-layout.tsx';
import { createMailboxPages } from './pages.tsx';
import { ensureSandboxSchema, openSandboxDb } from './schema.ts';
import { setRateLimit } from './settings.ts';
import type { SandboxDb } from './tables.ts';

const forgetIntervalMs = 3_600_000;
const defaultEventDelayMs = 150;

/** How a stand-in is made. */
export interface SandboxOptions {
  databaseUrl: string;
  /** Where events are posted; without it they are only stored. */
  webhookUrl?: string | undefined;
  /** `whsec_` and base64, shared with the product. */
  webhookSecret: string;
  clock: Clock;
  log: Log;
  /** Requests a second; without it the stored limit holds, 10 at first. */
  rateLimit?: number | undefined;
  /** From the acceptance of a mail to its outcome, and on to a complaint; 150 ms unless told. */
  eventDelayMs?: number | undefined;
  /** Links from the mailbox to the rest of the host; none unless given. */
  waysOut?: MailboxLink[] | undefined;
}

/** A local stand-in for Resend; its truth is in schema `sandbox` of the database, so that several processes may host it. */
export interface Sandbox {
  /** Resend's endpoints, `_control` and `_ledger`; mount at `/sandbox/api`. */
  api: Hono<SandboxBindings>;
  /** The mailbox; mount at `/sandbox`, after the api. */
  pages: Hono<SandboxBindings>;
  db: SandboxDb;
  /** Begins delivering webhooks. */
  start(): void;
  /** Ends open requests and deliveries and closes the pool. */
  stop(): Promise<void>;
}

/** Makes the schema where it is missing and the stand-in on it. */
export async function createSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { clock, log, webhookUrl: url, webhookSecret: secret } = options;
  const db = openSandboxDb(options.databaseUrl);
  await prepare(db, options);
  const stopping = new AbortController();
  let delivery: WebhookDelivery | undefined;
  let forgetting: Promise<void> | undefined;
  const webhooks = { db, secret, clock, log, ...(url === undefined ? {} : { url }) };
  const provider = createProviderApi({
    db,
    clock,
    log,
    now: () => clock.now(),
    running: new Set(),
    eventDelayMs: options.eventDelayMs ?? defaultEventDelayMs,
    stopped: stopping.signal,
    onAccepted: () => delivery?.ring(),
  });
  return {
    api: new Hono<SandboxBindings>().route('/', createControl(webhooks)).route('/', provider),
    pages: createMailboxPages({ db, clock, waysOut: options.waysOut ?? [] }),
    db,
    start() {
      if (url !== undefined) delivery ??= startWebhooks({ ...webhooks, url });
      forgetting ??= keepForgetting({ db, clock, log }, stopping.signal);
    },
    async stop() {
      stopping.abort();
      await Promise.all([delivery?.stop(), forgetting]);
      await db.destroy();
    },
  };
}

async function prepare(db: SandboxDb, options: SandboxOptions): Promise<void> {
  try {
    await ensureSandboxSchema(db);
    if (options.rateLimit !== undefined) await setRateLimit(db, options.rateLimit);
  } catch (error) {
    await db.destroy();
    throw error;
  }
}

async function keepForgetting(
  { db, clock, log }: { db: SandboxDb; clock: Clock; log: Log },
  stopped: AbortSignal,
): Promise<void> {
  while (!stopped.aborted) {
    await forgetOldRecords(db, clock.now()).catch((error: unknown) => {
      log.error({ err: error }, 'the sandbox could not delete old records');
    });
    await clock.sleep(forgetIntervalMs, stopped);
  }
}
