import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * Stands for the provider, as cheaply as can be: takes batches, counts mails and bytes, looks for a reader mailed twice, answers
 * with an id a mail. Told what to do over IPC. Readers are `reader-N@example.com`.
 */
export interface SinkReport {
  mails: number;
  bytes: number;
  calls: number;
  /** Mails to a reader who had one since the last reset. */
  duplicates: number;
  /** Calls refused with 429. */
  refused: number;
  /** Milliseconds on this process's clock, one a call taken. */
  arrivals: number[];
}
export type SinkOrder = { order: 'reset'; readers: number; rate: number; keepsArrivals: boolean } | { order: 'report' };

/** Nothing in a mail's strings looks like this: their quotes are escaped. */
const mailMark = Buffer.from('"to":["reader-');
/** Longer than the mark and the number after it. */
const markedBytes = 40;
const readerForm = /^"to":\["reader-(\d+)@example\.com"\]/;

let report: SinkReport = emptyReport();
let seen = new Uint8Array(0);
let rate = 0;
let keepsArrivals = false;
let recent: number[] = [];

function emptyReport(): SinkReport {
  return { mails: 0, bytes: 0, calls: 0, duplicates: 0, refused: 0, arrivals: [] };
}

function countMail(words: string): void {
  const reader = Number(readerForm.exec(words)?.[1] ?? NaN);
  if (!(reader < seen.length)) throw new Error(`a mail to nobody the bench knows: ${words}`);
  if (seen[reader] !== 0) report.duplicates += 1;
  seen[reader] = 1;
  report.mails += 1;
}

/** Mails whose mark lies in these bytes, but for the last few, which are given back to stand before the next ones. */
function scan(bytes: Buffer, isLast: boolean): { mails: number; rest: Buffer } {
  const end = isLast ? bytes.length : Math.max(0, bytes.length - markedBytes);
  let mails = 0;
  let at = bytes.indexOf(mailMark);
  while (at !== -1 && at < end) {
    countMail(bytes.toString('latin1', at, at + markedBytes));
    mails += 1;
    at = bytes.indexOf(mailMark, at + markedBytes);
  }
  return { mails, rest: bytes.subarray(end) };
}

/** Over the stated rate within any one second, whichever second one looks at. */
function isTooFast(): boolean {
  if (rate === 0) return false;
  const now = performance.now();
  recent = recent.filter((at) => now - at < 1000);
  if (recent.length >= rate) return true;
  recent.push(now);
  return false;
}

/** What the product asks before a freeze: the newest mails the provider knows, none, and whether the sender's domain is verified. */
function answerQuestion(path: string): string {
  const domain = { id: 'd1', name: 'example.com', status: 'verified' };
  return JSON.stringify({ object: 'list', has_more: false, data: path.startsWith('/domains') ? [domain] : [] });
}

function take(request: IncomingMessage, response: ServerResponse): void {
  if (request.method === 'GET') return void response.end(answerQuestion(request.url ?? ''));
  const isRefused = isTooFast();
  const headers = rate === 0 ? {} : { 'ratelimit-limit': String(rate), 'retry-after': '1' };
  let carried: Buffer = Buffer.alloc(0);
  let mails = 0;
  request.on('data', (chunk: Buffer) => {
    if (isRefused) return;
    report.bytes += chunk.length;
    const found = scan(carried.length === 0 ? chunk : Buffer.concat([carried, chunk]), false);
    mails += found.mails;
    carried = found.rest;
  });
  request.on('end', () => {
    if (isRefused) {
      report.refused += 1;
      response.writeHead(429, { ...headers, 'content-type': 'application/json' });
      response.end('{"statusCode":429,"name":"rate_limit_exceeded","message":"Too many requests."}');
      return;
    }
    mails += scan(carried, true).mails;
    report.calls += 1;
    if (keepsArrivals) report.arrivals.push(performance.now());
    const ids = Array.from({ length: mails }, () => `{"id":"${randomUUID()}"}`);
    response.writeHead(200, { ...headers, 'content-type': 'application/json' });
    response.end(`{"data":[${ids.join(',')}]}`);
  });
}

process.on('message', (order: SinkOrder) => {
  if (order.order === 'reset') {
    report = emptyReport();
    seen = new Uint8Array(order.readers + 1);
    rate = order.rate;
    keepsArrivals = order.keepsArrivals;
    recent = [];
  }
  process.send?.(report);
});
process.on('disconnect', () => process.exit(0));

const server = createServer({ keepAliveTimeout: 60_000 }, take);
server.listen(0, '127.0.0.1', () => {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a server that listens on a port has one
  process.send?.({ port: (server.address() as AddressInfo).port });
});
