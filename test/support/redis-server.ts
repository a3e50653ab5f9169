import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Redis } from 'ioredis';

/** Whether a redis-server is installed here. */
export function hasRedisServer(): boolean {
  return spawnSync('redis-server', ['--version']).status === 0;
}

export interface RedisServerOptions {
  /** Further settings, such as `{ 'maxmemory-policy': 'allkeys-lru' }`. */
  settings?: Record<string, string>;
  /** TLS alone, with these files. */
  tls?: { cert: string; key: string };
  password?: string;
}

/** A Redis server of a test's own on loopback, in a folder of its own; it keeps nothing on disk unless the settings say so. */
export interface RedisServer {
  /** Without user and password. */
  url: string;
  port: number;
  pid: number;
  /** Where it keeps what the settings have it keep. */
  folder: string;
  /** A client that may be used until the server ends. */
  client: Redis;
  /** Ends the process, SIGKILL unless told otherwise; nothing where it has ended. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it again on the same port and folder. */
  start(): Promise<void>;
  /** Ends it and removes its folder. */
  end(): Promise<void>;
}

/** The folder's name says which process started the server; its lock file, which process it is. */
const folderPattern = /^verdicts-redis-(\d+)-/;
const pidFile = 'redis.pid';

/** Starts a server; throws with its words when it cannot. */
export async function startRedis(options: RedisServerOptions = {}): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), `verdicts-redis-${process.pid}-`));
  await chmod(folder, 0o700);
  const port = await findFreePort();
  const args = await writeSettings(folder, port, options);
  let child = await startProcess(args);
  const { tls, password } = options;
  const client = new Redis({
    host: '127.0.0.1',
    port,
    maxRetriesPerRequest: null,
    retryStrategy: () => 50,
    ...(tls === undefined ? {} : { tls: { rejectUnauthorized: false } }),
    ...(password === undefined ? {} : { password }),
  });
  client.on('error', () => {});
  await client.ping();
  const stop = async (signal: NodeJS.Signals = 'SIGKILL') => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'close');
    child.kill(signal);
    await ended;
  };
  return {
    url: `${tls === undefined ? 'redis' : 'rediss'}://127.0.0.1:${port}`,
    port,
    get pid() {
      return child.pid ?? 0;
    },
    folder,
    client,
    stop,
    async start() {
      child = await startProcess(args);
      await client.ping();
    },
    async end() {
      client.disconnect();
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function writeSettings(folder: string, port: number, options: RedisServerOptions): Promise<string[]> {
  const { settings = {}, tls, password } = options;
  const all = {
    bind: '127.0.0.1',
    dir: folder,
    save: '""',
    appendonly: 'no',
    daemonize: 'no',
    pidfile: join(folder, pidFile),
    ...(tls === undefined
      ? { port: String(port) }
      : {
          port: '0',
          'tls-port': String(port),
          'tls-cert-file': tls.cert,
          'tls-key-file': tls.key,
          'tls-ca-cert-file': tls.cert,
          'tls-auth-clients': 'no',
        }),
    ...(password === undefined ? {} : { requirepass: password }),
    ...settings,
  };
  const file = join(folder, 'redis.conf');
  await writeFile(
    file,
    Object.entries(all)
      .map(([name, value]) => `${name} ${value}\n`)
      .join(''),
  );
  return [file];
}

async function startProcess(args: string[]) {
  const child = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  await once(child, 'spawn');
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const failed = once(child, 'close').then(() => {
    throw new Error(`redis-server ended: ${said}`);
  });
  failed.catch(() => {});
  // "Ready to accept connections", or a replica's the same with its words on the primary.
  const ready = async () => {
    while (!said.includes('Ready to accept connections')) await wait(10);
  };
  await Promise.race([ready(), failed]);
  return child;
}

/** A port of loopback that nobody listens on. */
export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  server.close();
  await once(server, 'close');
  return port;
}

/** Runs that were killed leave their servers and folders behind. */
export async function endServersLeftBehind(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const starter = Number(folderPattern.exec(name)?.[1] ?? 0);
    if (starter === 0 || isRunning(starter)) continue;
    const folder = join(tmpdir(), name);
    const pid = Number(await readFile(join(folder, pidFile), 'utf8').catch(() => '0'));
    // The number may be another program's by now.
    const { stdout } = spawnSync('ps', ['-o', 'comm=', '-p', String(pid)], { encoding: 'utf8' });
    if (pid > 0 && stdout.includes('redis-server')) process.kill(pid, 'SIGKILL');
    await rm(folder, { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
