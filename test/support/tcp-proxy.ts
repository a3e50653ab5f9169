import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A wire to a server on loopback that can be made slow, split or cut. */
export interface TcpProxy {
  port: number;
  /** Connections made to it so far. */
  countConnections(): number;
  /** Every byte from now on arrives this late, in either direction. */
  delay(ms: number): void;
  /** From now on nothing arrives and nobody is told, as when a network is split; `restore` delivers it all. */
  split(): void;
  /** Ends every connection, and new ones as they come. */
  cut(): void;
  /** A plain wire again. */
  restore(): void;
  /** New connections go to another port. */
  lead(port: number): void;
  end(): Promise<void>;
}

interface Wire {
  delayMs: number;
  isSplit: boolean;
  isCut: boolean;
  /** What a split network keeps back, in order. */
  kept: (() => void)[];
}

/** Listens on a free port and passes everything on to the other. */
export async function startTcpProxy(target: number): Promise<TcpProxy> {
  const wire: Wire = { delayMs: 0, isSplit: false, isCut: false, kept: [] };
  const sockets = new Set<Socket>();
  let goal = target;
  let count = 0;
  const server = createServer((near) => {
    count += 1;
    if (wire.isCut) return void near.destroy();
    const far = connect(goal, '127.0.0.1');
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on('data', (bytes) => carry(wire, () => other.write(bytes)));
      one.on('error', () => {});
      one.on('close', () => {
        sockets.delete(one);
        carry(wire, () => other.destroy());
      });
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const cutAll = () => sockets.forEach((socket) => socket.destroy());
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    countConnections: () => count,
    delay: (ms) => (wire.delayMs = ms),
    split: () => (wire.isSplit = true),
    cut() {
      wire.isCut = true;
      cutAll();
    },
    restore() {
      Object.assign(wire, { delayMs: 0, isSplit: false, isCut: false });
      for (const deliver of wire.kept.splice(0)) deliver();
    },
    lead: (port) => (goal = port),
    async end() {
      cutAll();
      server.close();
      await once(server, 'close');
    },
  };
}

function carry(wire: Wire, deliver: () => void): void {
  if (wire.isSplit) wire.kept.push(deliver);
  else if (wire.delayMs > 0) setTimeout(deliver, wire.delayMs);
  else deliver();
}
