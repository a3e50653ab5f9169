import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { describeCallTrouble } from './call-trouble.ts';
import { systemClock } from './clock.ts';
import { type PostAnswer, postBytes } from './post-bytes.ts';
import { ask, type Read } from './provider-reader.ts';

/** One provider call: prepared bytes under an idempotency key. */
export interface ProviderCall {
  path: '/emails' | '/emails/batch';
  body: Uint8Array;
  idempotencyKey: string;
  /** The call is given up after this long. */
  deadlineMs: number;
}

/** What came back, before anybody judges it. */
export interface ProviderAnswer {
  /** Null: nothing readable came back (time-out, reset, truncated or foreign body). */
  status: number | null;
  /** No connection came about, so that nothing can have been taken. */
  isUnreached: boolean;
  /** The ids in a readable 200 answer. */
  ids: string[] | null;
  errorName: string | null;
  errorMessage: string | null;
  /** As the provider asked; null when it did not or the header is unreadable. */
  retryAfterMs: number | null;
  /** The provider's `ratelimit-limit`, requests a second. */
  statedRate: number | null;
}

/** One question to the provider's API. */
export interface ProviderQuestion<T> {
  /** With its query, such as `/domains?limit=100`. */
  path: string;
  /** What the answer must look like. */
  form: z.ZodType<T>;
  deadlineMs: number;
  signal?: AbortSignal;
}

export interface Mailer {
  /** Which provider account this is: sending under another one must be a person's decision. */
  identity: string;
  post(call: ProviderCall): Promise<ProviderAnswer>;
  /** Asks without changing anything there. Each try is given up after `deadlineMs`. */
  read<T>(question: ProviderQuestion<T>): Promise<Read<T>>;
}

export interface ResendAccount {
  apiKey: string;
  baseUrl: string;
  /** A name that outlives ports and keys, for the sandbox; else base URL and key fingerprint. */
  identity?: string;
}

/** Posts to Resend's API as its SDK would. It has a deadline and no retry of its own, and never throws. */
export function createResendMailer(account: ResendAccount): Mailer {
  const fingerprint = createHash('sha256').update(account.apiKey).digest('hex').slice(0, 12);
  const standing = {
    authorization: `Bearer ${account.apiKey}`,
    'content-type': 'application/json',
    'user-agent': 'weekly-verdicts',
  };
  return {
    identity: account.identity ?? `${account.baseUrl} ${fingerprint}`,
    async post({ path, body, idempotencyKey, deadlineMs }) {
      const headers = { ...standing, 'idempotency-key': idempotencyKey };
      try {
        return readAnswer(await postBytes({ url: `${account.baseUrl}${path}`, headers, body, deadlineMs }));
      } catch (error) {
        const { isUnreached, sentence } = describeCallTrouble(error, deadlineMs);
        return { ...nothing, isUnreached, errorMessage: sentence };
      }
    },
    read: ({ path, form, ...limits }) => ask({ ...account, ...limits, clock: systemClock }, path, form),
  };
}

const nothing: ProviderAnswer = {
  status: null,
  isUnreached: false,
  ids: null,
  errorName: null,
  errorMessage: null,
  retryAfterMs: null,
  statedRate: null,
};

function readAnswer({ status, headers, text }: PostAnswer): ProviderAnswer {
  const answer = {
    ...nothing,
    retryAfterMs: readSeconds(headers['retry-after']),
    statedRate: readRate(headers['ratelimit-limit']),
  };
  const body = parseJson(text);
  if (status >= 200 && status < 300)
    return body === undefined ? nothing : { ...answer, status: 200, ids: readIds(body) };
  if (typeof body !== 'object' || body === null) return { ...answer, status, errorName: 'application_error' };
  // An error body without a status is nothing Resend says: doubt.
  const stated = 'statusCode' in body && typeof body.statusCode === 'number' ? body.statusCode : null;
  const errorName = 'name' in body && typeof body.name === 'string' ? body.name : null;
  const errorMessage = 'message' in body && typeof body.message === 'string' ? body.message : null;
  return { ...answer, status: stated, errorName, errorMessage };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readIds(data: unknown): string[] | null {
  if (typeof data !== 'object' || data === null) return null;
  const rows: unknown = 'data' in data ? data.data : [data];
  if (!Array.isArray(rows)) return null;
  const ids = rows.map((row: unknown) => (typeof row === 'object' && row !== null && 'id' in row ? row.id : null));
  return ids.every((id): id is string => typeof id === 'string' && id !== '') ? ids : null;
}

type Header = PostAnswer['headers'][string];

function readSeconds(header: Header): number | null {
  return typeof header === 'string' && /^\d{1,9}(\.\d+)?$/.test(header) ? Number(header) * 1000 : null;
}

function readRate(header: Header): number | null {
  const rate = typeof header === 'string' ? /^(\d{1,5})/.exec(header)?.[1] : undefined;
  return rate !== undefined && Number(rate) > 0 ? Number(rate) : null;
}
