import { once } from 'node:events';
import { createServer } from 'node:net';
import { createEmulator } from 'emulate';
import { createResendMailer, type Mailer, type ProviderAnswer } from '../../src/platform/mailer.ts';
import { startListeningSandbox } from '../sandbox/listening-sandbox.ts';
import { createTestDatabase } from '../support/test-database.ts';

/** A stand-in for the provider, somebody's reading of its documentation. */
interface StandIn {
  url: string;
  close(): Promise<void>;
}

/** Ours. */
async function openSandbox(): Promise<StandIn> {
  const database = await createTestDatabase();
  const listening = await startListeningSandbox({ databaseUrl: database.url, rateLimit: 1_000 });
  return {
    url: listening.api,
    async close() {
      await listening.close();
      await database.drop();
    },
  };
}

/** Written by others: no faults, no bounces, no signatures, but batches, keys and lists. */
async function openEmulate(): Promise<StandIn> {
  const seed = { resend: { domains: [{ name: 'example.com', region: 'us-east-1' }] } };
  const emulator = await createEmulator({ service: 'resend', port: await findFreePort(), seed });
  return { url: emulator.url, close: () => emulator.close() };
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}

const standIns = { sandbox: openSandbox, emulate: openEmulate };
export type Name = keyof typeof standIns;
const opened = new Map<Name, StandIn>();

/** Opens both; close them in an after hook. */
export async function openStandIns(): Promise<void> {
  opened.set('sandbox', await standIns.sandbox());
  opened.set('emulate', await standIns.emulate());
}

/** Ends both and what they stand on. */
export async function closeStandIns(): Promise<void> {
  for (const standIn of opened.values()) await standIn.close();
}

/** Our mail adapter, pointed at one of them. */
export function mailerOf(name: Name, apiKey = 're_test'): Mailer {
  return createResendMailer({ apiKey, baseUrl: opened.get(name)?.url ?? '' });
}

/** A whole mail to one address, or one with something else about it. */
export const mail = (to: string, more: object = {}) => ({
  from: 'Verdicts <verdicts@example.com>',
  to: [to],
  subject: 'Axolotl against five',
  html: '<p>Ship it.</p>',
  text: 'Ship it.',
  headers: { 'List-Unsubscribe': '<https://example.com/u/1>' },
  tags: [{ name: 'delivery_id', value: 'd-1' }],
  ...more,
});

let keyCount = 0;
/** A key not used before. */
export const newKey = () => `key-${(keyCount += 1)}`;

export interface Sending {
  path?: '/emails' | '/emails/batch';
  key?: string;
  apiKey?: string;
  text?: string;
}

/** Posts one mail or a batch of them. */
export async function post(
  name: Name,
  content: unknown,
  { path, key, apiKey, text }: Sending = {},
): Promise<ProviderAnswer> {
  return mailerOf(name, apiKey).post({
    path: path ?? (Array.isArray(content) ? '/emails/batch' : '/emails'),
    body: Buffer.from(text ?? JSON.stringify(content)),
    idempotencyKey: key ?? newKey(),
    deadlineMs: 20_000,
  });
}

export const [ada, ben] = [mail('ada@example.com'), mail('ben@example.com')];
