import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { Resend } from 'resend';
import { z } from 'zod';
import type { Clock } from '../../src/platform/clock.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { createLog } from '../../src/platform/log.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { createSandbox } from '../../src/sandbox/sandbox.ts';

export const webhookSecret = `whsec_${Buffer.from('a secret for the tests only').toString('base64')}`;

/** One webhook as it came in. */
export interface ReceivedWebhook {
  id: string;
  timestamp: string;
  signature: string;
  body: string;
  type: string;
}

/** An endpoint that keeps what it gets and answers with what `answers` says, 200 when that is empty. */
export interface Receiver {
  url: string;
  received: ReceivedWebhook[];
  answers: number[];
  close(): Promise<void>;
}

const svixHeaders = ['svix-id', 'svix-timestamp', 'svix-signature'];

function portOf(server: { address(): AddressInfo | string | null }): number {
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('not listening');
  return address.port;
}

export async function startReceiver(): Promise<Receiver> {
  const received: ReceivedWebhook[] = [];
  const answers: number[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const type = /"type":"(?<type>[\w.]+)"/.exec(body)?.groups?.['type'] ?? '';
      const [id = '', timestamp = '', signature = ''] = svixHeaders.map((name) => String(request.headers[name] ?? ''));
      received.push({ id, timestamp, signature, body, type });
      response.writeHead(answers.shift() ?? 200).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${portOf(server)}/webhooks/resend`,
    received,
    answers,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

export interface ListeningSandbox {
  sandbox: Sandbox;
  /** Of the server. */
  origin: string;
  api: string;
  resend: Resend;
  /** Calls `_control`; answers the parsed JSON with the status. */
  control(method: string, path: string, body?: unknown): Promise<{ status: number; content: Record<string, unknown> }>;
  /** Adds a fault. */
  fault(action: Record<string, unknown>, match?: Record<string, unknown>): Promise<number>;
  /** Resolves once a request has met a fault. */
  faultMet(): Promise<unknown>;
  close(): Promise<void>;
}

export interface ListeningOptions {
  databaseUrl: string;
  webhookUrl?: string;
  rateLimit?: number;
  eventDelayMs?: number;
  clock?: Clock;
}

export async function startListeningSandbox(options: ListeningOptions): Promise<ListeningSandbox> {
  const sandbox = await createSandbox({
    rateLimit: 10_000,
    eventDelayMs: 5,
    clock: systemClock,
    ...options,
    webhookSecret,
    log: createLog('silent'),
  });
  const app = new Hono().route('/sandbox/api', sandbox.api).route('/sandbox', sandbox.pages);
  const server = createAdaptorServer({ fetch: app.fetch });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  sandbox.start();
  const origin = `http://127.0.0.1:${portOf(server)}`;
  const client = clientOf(origin);
  return {
    sandbox,
    origin,
    ...client,
    async close() {
      server.close();
      if ('closeAllConnections' in server) server.closeAllConnections();
      await sandbox.stop();
    },
  };
}

/** Speaks to a sandbox at an origin, in this process or another. */
export function clientOf(origin: string): Pick<ListeningSandbox, 'api' | 'resend' | 'control' | 'fault' | 'faultMet'> {
  const api = `${origin}/sandbox/api`;
  const control: ListeningSandbox['control'] = async (method, path, body) => {
    const init = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(`${api}/_control/${path}`, { method, ...init });
    return { status: response.status, content: z.record(z.string(), z.unknown()).parse(await response.json()) };
  };
  return {
    api,
    resend: new Resend('re_test', { baseUrl: api }),
    control,
    async fault(action, match) {
      const { status, content } = await control('POST', 'faults', { match, action });
      if (status !== 201) throw new Error(JSON.stringify(content));
      return Number(content['id']);
    },
    faultMet: () =>
      until(
        async () => JSON.stringify(await control('GET', 'faults')),
        (listed) => /"seen":[1-9]/.test(listed),
      ),
  };
}

/** A mail to one address. */
export function mailTo(to: string, more: Record<string, unknown> = {}) {
  return {
    from: 'Verdicts <verdicts@example.com>',
    to,
    subject: 'Hello',
    html: '<p>Hello</p>',
    text: 'Hello',
    ...more,
  };
}

/** Looks again and again until it is so; fails after half a minute with what was seen last. */
export async function until<T>(look: () => T | Promise<T>, isSo: (seen: T) => boolean): Promise<T> {
  const endsAt = Date.now() + 30_000;
  for (;;) {
    const seen = await look();
    if (isSo(seen)) return seen;
    if (Date.now() > endsAt) throw new Error(`not so after half a minute: ${JSON.stringify(seen)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
