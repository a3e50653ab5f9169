import { Redis, type RedisOptions } from 'ioredis';

/** How a Redis (or Valkey, Dragonfly) is reached. */
export interface RedisSettings {
  /** `redis://`, or `rediss://` with TLS; user, password and number of the database stand in it. */
  url: string;
  /** Certificates (PEM) of whoever vouches for the server; null: those this machine trusts. */
  ca: string | null;
  /** Stands before every key, so that several programs share a server. */
  prefix: string;
}

const longestPauseMs = 2_000;
const shortestPauseMs = 50;
const jitterMs = 200;

/** Longer and longer pauses between tries to reach a server that is gone, never the same in two processes; in milliseconds. */
export function pauseBeforeTry(tries: number): number {
  return Math.min(shortestPauseMs * 2 ** (tries - 1), longestPauseMs) + Math.random() * jitterMs;
}

/** A client of the server; it connects at once unless told otherwise, and comes back by itself. */
export function connectRedis({ url, ca }: RedisSettings, options: RedisOptions): Redis {
  const tls = isTls(url) ? { tls: ca === null ? {} : { ca } } : {};
  // A replica that was promoted, or a primary that is one no more: the name may lead elsewhere by now.
  const reconnectOnError = (error: Error) => error.message.startsWith('READONLY');
  return new Redis(url, { retryStrategy: pauseBeforeTry, reconnectOnError, ...tls, ...options });
}

/** Whether the address asks for TLS. */
export function isTls(url: string): boolean {
  return url.startsWith('rediss:');
}

const usualPort = '6379';

/** Host and port, without user and password: what may be shown and logged. */
export function placeOf(url: string): { host: string; port: number; shown: string } {
  const { hostname, port } = new URL(url);
  const given = port === '' ? usualPort : port;
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(given), shown: `${hostname}:${given}` };
}
