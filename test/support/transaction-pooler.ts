import { once } from 'node:events';
import { createConnection, createServer, type Socket } from 'node:net';

/** The `ReadyForQuery` message outside a transaction. Source: PostgreSQL docs, message formats. */
const ready = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]);

/**
 * What PgBouncer does in transaction mode, with one server connection: whoever asks has it until the server is ready again. The
 * first client signs in; the others are told that they are in.
 */
export async function startTransactionPooler(postgresUrl: string): Promise<{ url: string; close(): Promise<void> }> {
  const { hostname, port } = new URL(postgresUrl);
  const backend = createConnection({ host: hostname, port: Number(port) });
  await once(backend, 'connect');
  let holder: Socket | undefined;
  let greeting: Buffer | undefined;
  let said = Buffer.alloc(0);
  const waiting: (() => void)[] = [];
  backend.on('data', (chunk: Buffer) => {
    said = Buffer.concat([said, chunk]);
    holder?.write(chunk);
    if (!said.subarray(-ready.length).equals(ready)) return;
    // From AuthenticationOk on: what a client that need not sign in is told.
    greeting ??= said.subarray(said.lastIndexOf(Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0])));
    said = Buffer.alloc(0);
    holder = undefined;
    waiting.shift()?.();
  });
  const server = createServer((client) => {
    let isIn = false;
    client.on('error', () => {});
    client.on('data', (chunk: Buffer) => {
      if (!isIn && greeting !== undefined) {
        isIn = true;
        client.write(greeting);
        return;
      }
      isIn ||= chunk[0] === 0x51;
      // Goodbye ends the client's connection alone.
      if (chunk[0] === 0x58) return;
      const hand = () => {
        holder = client;
        backend.write(chunk);
      };
      if (holder === undefined || holder === client) hand();
      else waiting.push(hand);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const url = new URL(postgresUrl);
  url.hostname = '127.0.0.1';
  url.port = String(typeof address === 'object' ? address?.port : '');
  return {
    url: url.href,
    async close() {
      backend.destroy();
      server.close();
    },
  };
}
