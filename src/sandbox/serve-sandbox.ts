import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { systemClock } from '../platform/clock.ts';
import { createLog } from '../platform/log.ts';
import { createSandbox } from './sandbox.ts';

/**
 * The stand-in in a process of its own, on loopback: `serve-sandbox.ts --database-url U --port P --webhook-url W --webhook-secret S
 * [--rate N] [--event-delay-ms N] [--log-level warn] [--with-parent]`. Port 0 takes a free one. Prints `{"port":N}` when ready; SIGTERM or SIGINT
 * ends it.
 */
async function serveSandbox(): Promise<void> {
  const { values } = parseArgs({
    options: {
      'database-url': { type: 'string' },
      port: { type: 'string', default: '0' },
      'webhook-url': { type: 'string' },
      'webhook-secret': { type: 'string' },
      rate: { type: 'string' },
      'event-delay-ms': { type: 'string' },
      'log-level': { type: 'string', default: 'warn' },
      // Ends when its standard input does, that is, with whoever started it.
      'with-parent': { type: 'boolean', default: false },
    },
  });
  const { 'database-url': databaseUrl, 'webhook-secret': webhookSecret, 'event-delay-ms': delay } = values;
  if (databaseUrl === undefined || webhookSecret === undefined) {
    throw new Error('give --database-url and --webhook-secret');
  }
  const sandbox = await createSandbox({
    databaseUrl,
    webhookSecret,
    webhookUrl: values['webhook-url'],
    clock: systemClock,
    log: createLog(values['log-level']),
    rateLimit: values.rate === undefined ? undefined : Number(values.rate),
    eventDelayMs: delay === undefined ? undefined : Number(delay),
  });
  const app = new Hono().route('/sandbox/api', sandbox.api).route('/sandbox', sandbox.pages);
  const server = createAdaptorServer({ fetch: app.fetch });
  server.listen(Number(values.port), '127.0.0.1');
  await once(server, 'listening');
  sandbox.start();
  const address = server.address();
  process.stdout.write(`${JSON.stringify({ port: typeof address === 'object' ? address?.port : undefined })}\n`);
  const stop = async (): Promise<void> => {
    server.close();
    if ('closeAllConnections' in server) server.closeAllConnections();
    await sandbox.stop();
  };
  if (values['with-parent']) process.stdin.resume().once('end', () => void stop());
  process.once('SIGTERM', () => void stop());
  process.once('SIGINT', () => void stop());
}

await serveSandbox();
