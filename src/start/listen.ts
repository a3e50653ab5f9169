import assert from 'node:assert/strict';
import { createAdaptorServer, type ServerType } from '@hono/node-server';
import { Failure } from './failure.ts';

export interface Listening {
  port: number;
  close(): Promise<void>;
}

/** Who answers; may be exchanged while listening. */
export interface Front {
  fetch(request: Request, bindings: object): Response | Promise<Response>;
}

export interface ListenOptions {
  /** 0 takes a free one. */
  port: number;
  /** Loopback only, for what nobody outside may reach. */
  isLocal: boolean;
  /** How many ports after a taken one are tried too. */
  triesAfter: number;
}

/** Listens and hands every request to the front; throws Failure when the port is taken. */
export async function listen(front: Front, { port, isLocal, triesAfter }: ListenOptions): Promise<Listening> {
  for (let candidate = port; ; candidate += 1) {
    const server = createAdaptorServer({ fetch: (request, bindings) => front.fetch(request, bindings) });
    try {
      await bind(server, candidate, isLocal ? '127.0.0.1' : undefined);
      const address = server.address();
      assert(typeof address === 'object' && address !== null, 'a server on a port has an address');
      return { port: address.port, close: () => closeServer(server) };
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code === 'EADDRINUSE' && candidate < port + triesAfter) continue;
      throw new Failure(sentenceFor(code, candidate), { cause: error });
    }
  }
}

function sentenceFor(code: unknown, port: number): string {
  if (code === 'EADDRINUSE')
    return `Port ${port} is taken by another program; stop it, or choose another with PORT=${port + 1}.`;
  if (code === 'EACCES') return `Port ${port} may not be used by this user; choose one above 1023 with PORT=3000.`;
  return `Port ${port} cannot be listened on (${String(code)}).`;
}

async function bind(server: ServerType, port: number, host: string | undefined): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

const drainMs = 2_000;

async function closeServer(server: ServerType): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    if (!('closeIdleConnections' in server)) return;
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), drainMs).unref();
  });
}
