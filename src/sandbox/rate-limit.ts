import { sql } from 'kysely';
import type { Answer } from './answer.ts';
import { errorAnswer } from './answer.ts';
import type { SandboxDb } from './tables.ts';

/** Resend's default, requests a second for a whole team (docs: rate-limit). */
export const defaultRateLimit = 10;
export const rateLimitLimit = 100_000;

/** One request counted in its window. */
export interface RateCount {
  limit: number;
  used: number;
}

/** Counts one request in the fixed one-second window of `now`, over all processes. */
export async function countRequest(db: SandboxDb, now: Date): Promise<RateCount> {
  const second = Math.floor(now.getTime() / 1000);
  const { rows } = await sql<RateCount>`
    insert into sandbox.rate_windows (second, used) values (${second}, 1)
    on conflict (second) do update set used = sandbox.rate_windows.used + 1
    returning used, coalesce((select value from sandbox.settings where name = 'rateLimit'), ${defaultRateLimit}) as limit
  `.execute(db);
  const [counted] = rows;
  if (counted === undefined) throw new Error('the rate window gave no count');
  return counted;
}

/** The headers the provider adds to every answer; the window's rest is always under a second. */
export function rateHeaders({ limit, used }: RateCount): Record<string, string> {
  return {
    'ratelimit-limit': String(limit),
    'ratelimit-remaining': String(Math.max(0, limit - used)),
    'ratelimit-reset': '1',
  };
}

/** The refusal of a request past the limit; undefined within it. */
export function refuseOverLimit({ limit, used }: RateCount): Answer | undefined {
  if (used <= limit) return undefined;
  const message = `Too many requests. You can only make ${limit} requests per second.`;
  const answer = errorAnswer(429, 'rate_limit_exceeded', message);
  return { ...answer, headers: { ...answer.headers, 'retry-after': '1' } };
}
