import { startWorkers, type Workers } from '../../workers/main.ts';
import { createApp } from '../app.ts';
import type { Config } from '../config.ts';
import type { Context } from '../context.ts';
import { createResendMailer } from '../platform/mailer.ts';
import { createSandbox } from '../sandbox/sandbox.ts';
import { inspectQueue } from './inspect-queue.ts';
import { type Front, listen, type Listening } from './listen.ts';
import { openContext, type Opened, type OpenOptions, sandboxIdentity } from './open-context.ts';

export interface ServiceOptions extends OpenOptions {
  /** Serve the pages on PORT. */
  web: boolean;
  /** Work the queues. */
  work: boolean;
  /** Ports after PORT that are tried when it is taken. */
  triesAfter?: number;
}

/** What runs in this process. */
export interface Service {
  ctx: Context;
  /** Where the pages are; null when this process serves none. */
  url: string | null;
  /** Finishes or releases what runs within the grace, or until told to hurry; then closes everything, the embedded database last. */
  stop(graceMs: number, hurry?: AbortSignal): Promise<void>;
}

/** What is open so far, to be closed in reverse. */
type Closers = Service['stop'][];

/** Starts web and workers as asked. Throws Failure with a sentence, and leaves nothing behind then. */
export async function startService(config: Config, options: ServiceOptions): Promise<Service> {
  const trouble = await inspectQueue(config, options.work);
  const opened = await openContext(config, options);
  if (trouble !== undefined) opened.ctx.log.error({ queue: trouble.refused }, trouble.sentence);
  const closers: Closers = [() => opened.close()];
  const stop: Service['stop'] = async (graceMs, hurry) => {
    for (const close of closers.splice(0).toReversed()) await close(graceMs, hurry);
  };
  try {
    const needsServer = options.web || (config.isSandbox && options.work);
    const ctx = needsServer ? await serveApp(opened, options, closers) : opened.ctx;
    if (options.work) {
      const workers: Workers = startWorkers(ctx, opened.queues);
      closers.push(workers.stop);
    }
    return { ctx, url: options.web ? ctx.config.publicUrl : null, stop };
  } catch (error) {
    await stop(0);
    throw error;
  }
}

/**
 * Listens and serves the app. In sandbox mode every process that works hosts the stand-in itself (its truth is in Postgres), on
 * PORT or on a free loopback port, so that it can send with nothing else running.
 */
async function serveApp(opened: Opened, options: ServiceOptions, closers: Closers): Promise<Context> {
  const { config } = opened.ctx;
  // The sandbox must know the port before the app is made of it: whoever comes earlier is asked to come again.
  const front: Front = { fetch: () => new Response('Starting.', { status: 503, headers: { 'retry-after': '1' } }) };
  const port = options.web ? config.port : 0;
  const listening = await listen(front, { port, isLocal: !options.web, triesAfter: options.triesAfter ?? 0 });
  closers.push(() => listening.close());
  const ctx = contextOn(opened.ctx, listening, options.web);
  const sandbox = config.isSandbox ? await openSandbox(ctx, opened.databaseUrl, listening) : undefined;
  if (sandbox !== undefined) closers.push(() => sandbox.stop());
  const app = createApp(ctx, sandbox);
  front.fetch = (request, bindings) => app.fetch(request, bindings);
  sandbox?.start();
  return ctx;
}

/** The context with what the port decides: the pages' address where none is configured, and the sandbox's. */
function contextOn(ctx: Context, { port }: Listening, isWeb: boolean): Context {
  const { config } = ctx;
  const publicUrl = config.isPublicUrlGiven || !isWeb ? config.publicUrl : `http://localhost:${port}`;
  const account = {
    apiKey: config.resendApiKey,
    baseUrl: `http://127.0.0.1:${port}/sandbox/api`,
    identity: sandboxIdentity,
  };
  const mailer = config.isSandbox ? createResendMailer(account) : ctx.mailer;
  return { ...ctx, config: { ...config, port: isWeb ? port : config.port, publicUrl }, mailer };
}

async function openSandbox(ctx: Context, databaseUrl: string, { port }: Listening) {
  const [webhookSecret = ''] = ctx.config.webhookSecrets;
  const webhookUrl = `http://127.0.0.1:${port}/webhooks/resend`;
  const { clock, log } = ctx;
  const waysOut = [
    { href: '/desk/issues', words: 'Desk' },
    { href: '/issues', words: 'Archive' },
  ];
  return createSandbox({ databaseUrl, webhookUrl, webhookSecret, clock, log, waysOut });
}
