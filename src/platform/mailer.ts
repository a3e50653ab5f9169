import { createHash } from 'node:crypto';
import { Resend } from 'resend';

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
  /** The ids in a readable 200 answer. */
  ids: string[] | null;
  errorName: string | null;
  errorMessage: string | null;
  /** As the provider asked; null when it did not or the header is unreadable. */
  retryAfterMs: number | null;
  /** The provider's `ratelimit-limit`, requests a second. */
  statedRate: number | null;
}

export interface Mailer {
  /** Which provider account this is: sending under another one must be a person's decision. */
  identity: string;
  post(call: ProviderCall): Promise<ProviderAnswer>;
}

export interface ResendAccount {
  apiKey: string;
  baseUrl: string;
  /** A name that outlives ports and keys, for the sandbox; else base URL and key fingerprint. */
  identity?: string;
}

/** Posts through Resend's SDK. It has no time-out and no retry of its own, and never throws for an HTTP answer. */
export function createResendMailer(account: ResendAccount): Mailer {
  const resend = new Resend(account.apiKey, { baseUrl: account.baseUrl });
  const fingerprint = createHash('sha256').update(account.apiKey).digest('hex').slice(0, 12);
  return {
    identity: account.identity ?? `${account.baseUrl} ${fingerprint}`,
    async post({ path, body, idempotencyKey, deadlineMs }) {
      const signal = AbortSignal.timeout(deadlineMs);
      // The SDK spreads its options over the request, so prepared bytes go through unchanged; its type does not say so.
      const options = { body, idempotencyKey, signal } as { idempotencyKey: string };
      try {
        return readAnswer(await resend.post<unknown>(path, undefined, options));
      } catch (error) {
        return { ...nothing, errorMessage: error instanceof Error ? error.name : 'unreadable answer' };
      }
    },
  };
}

const nothing: ProviderAnswer = {
  status: null,
  ids: null,
  errorName: null,
  errorMessage: null,
  retryAfterMs: null,
  statedRate: null,
};

type SdkAnswer = Awaited<ReturnType<typeof Resend.prototype.post<unknown>>>;

function readAnswer({ data, error, headers }: SdkAnswer): ProviderAnswer {
  const answer = {
    ...nothing,
    retryAfterMs: readSeconds(headers?.['retry-after']),
    statedRate: readRate(headers?.['ratelimit-limit']),
  };
  if (error === null) return { ...answer, status: 200, ids: readIds(data) };
  // An error body without a status is nothing Resend says: doubt.
  const status = typeof error.statusCode === 'number' ? error.statusCode : null;
  return { ...answer, status, errorName: error.name ?? null, errorMessage: error.message ?? null };
}

function readIds(data: unknown): string[] | null {
  if (typeof data !== 'object' || data === null) return null;
  const rows: unknown = 'data' in data ? data.data : [data];
  if (!Array.isArray(rows)) return null;
  const ids = rows.map((row: unknown) => (typeof row === 'object' && row !== null && 'id' in row ? row.id : null));
  return ids.every((id): id is string => typeof id === 'string' && id !== '') ? ids : null;
}

function readSeconds(header: string | undefined): number | null {
  return header !== undefined && /^\d{1,9}(\.\d+)?$/.test(header) ? Number(header) * 1000 : null;
}

function readRate(header: string | undefined): number | null {
  const rate = /^(\d{1,5})/.exec(header ?? '')?.[1];
  return rate !== undefined && Number(rate) > 0 ? Number(rate) : null;
}
