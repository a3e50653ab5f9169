import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';

/** A web server of a test's own on loopback. */
export interface PageServer {
  port: number;
  /** `127.0.0.1:port` or `[::1]:port`. */
  host: string;
  /** What it was asked so far. */
  requests: IncomingMessage[];
  stop(): Promise<void>;
}

/** Starts it on a free port; `stop` cuts every connection. */
export async function startPageServer(answer: RequestListener, address = '127.0.0.1'): Promise<PageServer> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    // Whoever is refused halfway hangs up.
    response.on('error', () => {});
    answer(request, response);
  });
  server.listen(0, address);
  await once(server, 'listening');
  const port = portOf(server);
  return {
    port,
    host: address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`,
    requests,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}
