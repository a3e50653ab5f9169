import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createLog } from '../../src/platform/log.ts';
import { openQueues, type QueueConnection, type Queues } from '../../src/platform/queue.ts';
import { connectionToNobody, queueConnection } from '../support/queue-backend.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let test: TestDatabase;
let usual: QueueConnection;
const opened: Queues[] = [];
beforeAll(async () => {
  test = await createTestDatabase();
  usual = queueConnection(test.url);
});
afterEach(async () => {
  for (const queues of opened.splice(0)) await queues.close(100);
});
afterAll(() => test.drop());

/** The queues of one process. */
function open(connection = usual): Queues {
  const queues = openQueues(connection, createLog('silent'));
  opened.push(queues);
  return queues;
}

const wires: TcpProxy[] = [];
afterAll(async () => {
  for (const wire of wires.splice(0)) await wire.end();
});

/** The same connection by a wire that can be cut. */
async function lineTo(connection: QueueConnection): Promise<{ connection: QueueConnection; wire: TcpProxy }> {
  const name = connection.redisUrl === null ? 'databaseUrl' : 'redisUrl';
  const url = new URL(connection[name] ?? '');
  const wire = await startTcpProxy(Number(url.port));
  wires.push(wire);
  url.hostname = '127.0.0.1';
  url.port = String(wire.port);
  return { connection: { ...connection, [name]: url.href }, wire };
}

interface Gate {
  opens: Promise<void>;
  open(): void;
}

function createGate(): Gate {
  let open = (): void => {};
  const opens = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opens, open: () => open() };
}

/** Runs a queue one job at a time and keeps the names in order; `until(name)` resolves when that one has run. */
function workInOrder(queues: Queues, queue: string, during: (name: string) => Promise<void> | void = () => {}) {
  const ran: string[] = [];
  const gates = new Map<string, Gate>();
  const gateOf = (name: string) => gates.get(name) ?? gates.set(name, createGate()).get(name);
  const run = async (name: string) => {
    ran.push(name);
    gateOf(name)?.open();
    await during(name);
  };
  queues.work(queue, run, { concurrency: 1 });
  return { ran, until: async (name: string) => gateOf(name)?.opens };
}

const bell = (name: string, id = name) => ({ name, id: `id-${id}`, payload: { name } });

describe('a ring', () => {
  it('runs its job once, with its payload, in whichever process works the queue', async () => {
    const ran = createGate();
    const seen: unknown[] = [];
    const run = async (name: string, payload: unknown) => {
      seen.push(name, payload);
      ran.open();
    };
    open().work('plain', run, { concurrency: 1 });
    await open().ring('plain', [{ name: 'look', id: 'look-1', payload: { at: 7 } }]);
    await ran.opens;
    expect(seen).toEqual(['look', { at: 7 }]);
  });

  it('of the same id while the first still waits runs once', async () => {
    const queues = open();
    await queues.ring('same', [bell('a'), bell('a')]);
    await queues.ring('same', [bell('a'), bell('last')]);
    const { ran, until } = workInOrder(queues, 'same');
    await until('last');
    expect(ran).toEqual(['a', 'last']);
  });

  it('of the same id after it has run runs again: a job leaves no record', async () => {
    const queues = open();
    const { ran, until } = workInOrder(queues, 'again');
    await queues.ring('again', [bell('a'), bell('b')]);
    await until('b');
    await queues.ring('again', [bell('a'), bell('c')]);
    await until('c');
    expect(ran).toEqual(['a', 'b', 'a', 'c']);
  });

  it('of the same id after it has failed runs again', async () => {
    const queues = open();
    const { ran, until } = workInOrder(queues, 'failed', (name) => {
      if (name === 'a') throw new Error('it fails');
    });
    await queues.ring('failed', [bell('a'), bell('b')]);
    await until('b');
    await queues.ring('failed', [bell('a'), bell('c')]);
    await until('c');
    expect(ran).toEqual(['a', 'b', 'a', 'c']);
  });

  it('of more than one add holds rings all', async () => {
    const queues = open();
    await queues.ring('many', [...Array.from({ length: 1_001 }, (_, n) => bell('x', `x-${n}`)), bell('last')]);
    const { ran, until } = workInOrder(queues, 'many');
    await until('last');
    expect(ran).toHaveLength(1_002);
  });

  it('never throws, though nobody can be reached', async () => {
    await expect(open(connectionToNobody()).ring('plain', [bell('a')])).resolves.toBeUndefined();
  });
});

describe('a worker begun while its server ends every connection', () => {
  it('works once it no longer does', async () => {
    const { connection, wire } = await lineTo(usual);
    wire.cut();
    const { until } = workInOrder(open(connection), 'spoiled');
    await expect.poll(() => wire.countConnections()).toBeGreaterThan(0);
    await open().ring('spoiled', [bell('a')]);
    wire.restore();
    await until('a');
  });
});

describe('a repeating job', () => {
  it('is put there once, and runs again and again', async () => {
    const queues = open();
    const second = createGate();
    let runs = 0;
    const run = async () => {
      runs += 1;
      if (runs === 2) second.open();
    };
    expect(await queues.keepRepeating('repeat', 'tick', 200)).toBe(true);
    expect(await queues.keepRepeating('repeat', 'tick', 200)).toBe(false);
    queues.work('repeat', run, { concurrency: 1 });
    await second.opens;
  });

  it('is put right when its interval is another', async () => {
    const queues = open();
    expect(await queues.keepRepeating('other', 'tick', 60_000)).toBe(true);
    expect(await queues.keepRepeating('other', 'tick', 30_000)).toBe(true);
  });
});

describe('closing', () => {
  it('lets a running job end within the grace, and begins no other', async () => {
    const queues = open();
    const leave = createGate();
    const ended: string[] = [];
    const { ran, until } = workInOrder(queues, 'grace', async (name) => {
      await leave.opens;
      ended.push(name);
    });
    await queues.ring('grace', [bell('a'), bell('b')]);
    await until('a');
    const closed = queues.close(30_000);
    leave.open();
    await closed;
    expect(ended).toEqual(['a']);
    expect(ran).toEqual(['a']);
  });

  it('does not wait for a job that never ends', async () => {
    const queues = open();
    const { until } = workInOrder(queues, 'hang', () => createGate().opens);
    await queues.ring('hang', [bell('a')]);
    await until('a');
    await queues.close(50);
  });

  it('twice, or with nothing ever used, is no trouble', async () => {
    const queues = open();
    await queues.close(50);
    await queues.close(50);
  });
});
