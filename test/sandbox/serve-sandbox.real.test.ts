import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { readSandboxLedger } from '../../src/sandbox/ledger.ts';
import { openSandboxDb } from '../../src/sandbox/schema.ts';
import { z } from 'zod';
import type { TestDatabase } from '../support/test-database.ts';
import { createTestDatabase } from '../support/test-database.ts';
import type { Receiver } from './listening-sandbox.ts';
import { clientOf, mailTo, startReceiver, until, webhookSecret } from './listening-sandbox.ts';

let database: TestDatabase;
let receiver: Receiver;
const running = new Set<ChildProcess>();

beforeAll(async () => {
  database = await createTestDatabase();
  receiver = await startReceiver();
});
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
  running.clear();
});
afterAll(async () => {
  await receiver?.close();
  await database?.drop();
});

async function serve() {
  const options = ['--database-url', database.url, '--port', '0', '--webhook-secret', webhookSecret, '--rate', '1000'];
  const child = spawn(
    process.execPath,
    [
      '--import',
      'tsx',
      'src/sandbox/serve-sandbox.ts',
      ...options,
      '--webhook-url',
      receiver.url,
      '--event-delay-ms',
      '5',
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  running.add(child);
  const [line] = z.tuple([z.string()]).parse(await once(createInterface({ input: child.stdout }), 'line'));
  const { port } = z.object({ port: z.number() }).parse(JSON.parse(line));
  return { child, ...clientOf(`http://127.0.0.1:${port}`) };
}

const mails = [mailTo('ada@example.com'), mailTo('mara@example.com')];

it('the ledger survives SIGKILL: the same key gives the first answer, and the events arrive', async () => {
  const first = await serve();
  await first.control('PUT', 'webhooks', { paused: true });
  const sent = await first.resend.batch.send(mails, { idempotencyKey: 'kept' });
  expect(sent.error).toBeNull();
  first.child.kill('SIGKILL');
  await once(first.child, 'exit');

  const second = await serve();
  const again = await second.resend.batch.send(mails, { idempotencyKey: 'kept' });
  expect(again.data).toEqual(sent.data);
  await second.control('PUT', 'webhooks', { paused: false });
  await until(
    () => receiver.received,
    (received) => received.length >= 4,
  );

  const db = openSandboxDb(database.url, 1);
  const ledger = await readSandboxLedger(db);
  await db.destroy();
  expect(ledger.mails.map((mail) => mail.to[0])).toEqual(['ada@example.com', 'mara@example.com']);
  expect(ledger.requests.map((request) => request.outcome)).toEqual(['accepted', 'replayed']);
});

it('killed while a request ran, nothing of it is left and the key is free', async () => {
  const first = await serve();
  await first.fault({ kind: 'hold-before' });
  const lost = first.resend.batch.send(mails, { idempotencyKey: 'killed' });
  const db = openSandboxDb(database.url, 1);
  const begun = () => db.selectFrom('requests').select('outcome').where('idempotencyKey', '=', 'killed').execute();
  await first.faultMet();
  first.child.kill('SIGKILL');
  expect((await lost).error).toMatchObject({ statusCode: null });

  const second = await serve();
  expect((await second.resend.batch.send(mails, { idempotencyKey: 'killed' })).error).toBeNull();
  expect((await begun()).map(({ outcome }) => outcome)).toEqual(['running', 'accepted']);
  await db.destroy();
});

it.each(['SIGTERM', 'SIGINT'] as const)('%s ends it with status 0, also with requests open', async (signal) => {
  const { child, fault, resend } = await serve();
  await fault({ kind: 'timeout-after' });
  const open = resend.batch.send(mails, { idempotencyKey: signal });
  const db = openSandboxDb(database.url, 1);
  const taken = () => db.selectFrom('mails').select('id').where('idempotencyKey', '=', signal).execute();
  await until(taken, (rows) => rows.length === 2);
  await db.destroy();
  child.kill(signal);
  const [code]: unknown[] = await once(child, 'exit');
  expect(code).toBe(0);
  expect((await open).error).toMatchObject({ statusCode: null });
});

it('without an address for its ledger it says what to give', async () => {
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/sandbox/serve-sandbox.ts'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const lines: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => lines.push(chunk.toString()));
  const [code]: unknown[] = await once(child, 'close');
  expect(code).not.toBe(0);
  expect(lines.join('')).toContain('--database-url');
});
