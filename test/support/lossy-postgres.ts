import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** An answer of the server that never arrives: the first tagged `tag` on a connection that has said `after`. */
export interface Loss {
  after: string;
  tag: 'COMMIT' | 'INSERT 0 1';
}

/** A way to Postgres that can lose an answer together with its connection, what was asked being done. */
export interface LossyPostgres {
  url: string;
  /** Loses one such answer from now on; resolves once it is lost. */
  lose(loss: Loss): Promise<void>;
  end(): Promise<void>;
}

interface Awaited extends Loss {
  tellLost(): void;
}

/** Opens a way to the database at this address. */
export async function openLossyPostgres(databaseUrl: string): Promise<LossyPostgres> {
  const server = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let awaited: Awaited | undefined;
  const proxy = createServer((near) => {
    const far = connect(Number(server.port), server.hostname);
    const said = createMemory();
    const heard = createMemory();
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {}).once('close', () => sockets.delete(socket));
      socket.once('close', () => (near.destroy(), far.destroy()));
    }
    let isMeant = false;
    near.on('data', (bytes: Buffer) => {
      isMeant ||= awaited !== undefined && said(bytes, awaited.after);
      far.write(bytes);
    });
    far.on('data', (bytes: Buffer) => {
      if (!isMeant || awaited === undefined || !heard(bytes, `${awaited.tag}\0`)) return void near.write(bytes);
      near.destroy();
      far.destroy();
      awaited.tellLost();
      awaited = undefined;
    });
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const address = proxy.address();
  const url = new URL(databaseUrl);
  url.host = `127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  return {
    url: url.href,
    lose: (loss) => new Promise<void>((resolve) => (awaited = { ...loss, tellLost: resolve })),
    async end() {
      proxy.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Whether words have come, also when they lie across two pieces. */
function createMemory(): (bytes: Buffer, words: string) => boolean {
  let tail = '';
  return (bytes, words) => {
    const text = tail + bytes.toString('latin1');
    tail = text.slice(-words.length);
    return text.includes(words);
  };
}
