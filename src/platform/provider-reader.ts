import { z } from 'zod';
import type { Clock } from './clock.ts';

/** A mail as the provider's list shows it. */
export interface ListedMail {
  id: string;
  from: string;
  to: string[];
  subject: string;
  createdAt: Date;
}

export interface MailPage {
  /** Newest first. */
  mails: ListedMail[];
  hasMore: boolean;
}

/**
 * What a question to the provider came to. `refused`: this key may not ask, or nothing at that address answers as Resend does;
 * `silent`: no answer for now, ask again later.
 */
export type Read<T> =
  { kind: 'read'; value: T } | { kind: 'refused'; status: number; words: string } | { kind: 'silent'; words: string };

/** Reads what the provider knows of this account. Needs a key with full access: one for sending only is refused. */
export interface ProviderReader {
  /** `GET /emails`: 1 to 100 mails of the whole account, from the newest or after one. */
  listMails(page: { limit: number; after?: string }): Promise<Read<MailPage>>;
  /** `GET /emails/:id`: the tags it was sent with; undefined where the answer names none at all. */
  readTags(id: string): Promise<Read<Record<string, string> | undefined>>;
  /** `GET /emails/:id`: the HTML it was sent with; null where it had none. */
  readHtml(id: string): Promise<Read<string | null>>;
}

export interface ProviderReaderOptions {
  apiKey: string;
  baseUrl: string;
  /** One request is given up after this long. */
  deadlineMs: number;
  clock: Pick<Clock, 'sleep'>;
  /** Ends a request under way, and asks no further. */
  signal?: AbortSignal;
}

const triesLimit = 3;
const firstPauseMs = 300;
const pauseLimitMs = 3_000;

// Resend writes times in three shapes; Date reads them all.
const at = z.string().transform((text, problem) => {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) problem.addIssue({ code: 'custom' });
  return date;
});
const listed = z.object({
  has_more: z.boolean().default(false),
  data: z.array(
    z.object({ id: z.string(), from: z.string(), to: z.array(z.string()), subject: z.string(), created_at: at }),
  ),
});
const single = z.object({
  id: z.string(),
  tags: z.array(z.object({ name: z.string(), value: z.string() })).optional(),
  html: z.string().nullish(),
});

/** Source: Resend docs, list-emails and retrieve-email. */
export function createProviderReader(options: ProviderReaderOptions): ProviderReader {
  return {
    async listMails({ limit, after }) {
      const query = new URLSearchParams({ limit: String(limit), ...(after === undefined ? {} : { after }) });
      return mapRead(await ask(options, `/emails?${query.toString()}`, listed), ({ has_more: hasMore, data }) => ({
        hasMore,
        mails: data.map(({ created_at: createdAt, ...mail }) => ({ ...mail, createdAt })),
      }));
    },
    async readTags(id) {
      const read = await ask(options, `/emails/${encodeURIComponent(id)}`, single);
      return mapRead(read, ({ tags }) => tags && Object.fromEntries(tags.map(({ name, value }) => [name, value])));
    },
    async readHtml(id) {
      return mapRead(await ask(options, `/emails/${encodeURIComponent(id)}`, single), ({ html }) => html ?? null);
    },
  };
}

function mapRead<A, B>(read: Read<A>, change: (value: A) => B): Read<B> {
  return read.kind === 'read' ? { kind: 'read', value: change(read.value) } : read;
}

/** One question: `GET` of a path, the answer in the form that is wanted. Asked again when there is no answer; never throws. */
export async function ask<T>(options: ProviderReaderOptions, path: string, form: z.ZodType<T>): Promise<Read<T>> {
  for (let tries = 1; ; tries += 1) {
    const { read, retryAfterMs } = await askOnce(options, path, form);
    if (read.kind !== 'silent' || tries >= triesLimit || options.signal?.aborted === true) return read;
    await options.clock.sleep(Math.min(retryAfterMs ?? firstPauseMs * tries, pauseLimitMs), options.signal);
  }
}

interface Asked<T> {
  read: Read<T>;
  retryAfterMs?: number;
}

async function askOnce<T>(options: ProviderReaderOptions, path: string, form: z.ZodType<T>): Promise<Asked<T>> {
  const { apiKey, baseUrl, deadlineMs, signal } = options;
  try {
    const answer = await fetch(`${baseUrl}${path}`, {
      headers: { authorization: `Bearer ${apiKey}` },
      signal: AbortSignal.any([AbortSignal.timeout(deadlineMs), ...(signal === undefined ? [] : [signal])]),
    });
    const body: unknown = await answer.json().catch(() => undefined);
    if (answer.ok) {
      const parsed = form.safeParse(body);
      if (parsed.success) return { read: { kind: 'read', value: parsed.data } };
      return { read: { kind: 'refused', status: answer.status, words: 'the answer is none of Resend' } };
    }
    const words = `${answer.status} ${nameIn(body)}`.trim();
    if (answer.status !== 429 && answer.status < 500)
      return { read: { kind: 'refused', status: answer.status, words } };
    const seconds = Number(answer.headers.get('retry-after') ?? Number.NaN);
    return { read: { kind: 'silent', words }, ...(seconds >= 0 ? { retryAfterMs: seconds * 1000 } : {}) };
  } catch (error) {
    return { read: { kind: 'silent', words: error instanceof Error ? wordsOf(error) : String(error) } };
  }
}

/** The name alone: providers quote addresses in their messages. */
function nameIn(body: unknown): string {
  const name = typeof body === 'object' && body !== null && 'name' in body ? body.name : undefined;
  return typeof name === 'string' ? name.slice(0, 60) : '';
}

function wordsOf(error: Error): string {
  const { cause } = error;
  if (cause instanceof Error && 'code' in cause) return String(cause.code);
  return error.name === 'TimeoutError' ? 'no answer in time' : error.message;
}
