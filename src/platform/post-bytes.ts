import { Agent, request } from 'undici';

/** One POST of prepared bytes. */
export interface BytesPost {
  url: string;
  headers: Record<string, string>;
  body: Uint8Array;
  /** Given up after this long, whatever has come back by then. */
  deadlineMs: number;
}

/** What came back: headers in lower case, the body as text. */
export interface PostAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

// Connections are kept for the next call; the deadline is the caller's, so undici's own are off.
const agent = new Agent({ headersTimeout: 0, bodyTimeout: 0, pipelining: 1 });

/**
 * Posts bytes as they lie in memory, without following redirects. `fetch`, and the SDK over it, copies a body twice on its way, which
 * for batches of megabytes costs more than the sending. Throws what undici or the network says (`code`), and on the deadline a
 * TimeoutError.
 */
export async function postBytes({ url, headers, body, deadlineMs }: BytesPost): Promise<PostAnswer> {
  const signal = AbortSignal.timeout(deadlineMs);
  const answer = await request(url, { method: 'POST', headers, body, dispatcher: agent, signal });
  return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() };
}
