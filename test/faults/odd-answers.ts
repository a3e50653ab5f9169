import type { RequestListener, ServerResponse } from 'node:http';
import { brotliCompressSync, gzipSync } from 'node:zlib';

export const page = '<!doctype html><p>a page</p>';
const html = { 'content-type': 'text/html; charset=utf-8' };

let hungUpCount = 0;
/** How many connections were closed before their answer was whole. */
export const countHungUp = () => hungUpCount;

/** What a request's path asks for: `/status/404`, `/to/<address>`, `/endless` and the like; a page for any other. */
export const answerOddly: RequestListener = (request, response) => {
  const [, kind = '', argument = ''] = (request.url ?? '').split('/');
  const told = decodeURIComponent(argument);
  const answers: Record<string, () => unknown> = {
    status: () => response.writeHead(Number(argument), html).end(page),
    to: () => response.writeHead(302, { location: told }).end(),
    circle: () => response.writeHead(301, { location: '/circle' }).end(),
    hops: () =>
      argument === '0'
        ? response.writeHead(200, html).end(page)
        : response.writeHead(307, { location: `/hops/${Number(argument) - 1}` }).end(),
    type: () => response.writeHead(200, { 'content-type': told }).end(page),
    none: () => response.writeHead(200).end(page),
    size: () => response.writeHead(200, html).end(Buffer.alloc(Number(argument), 'x')),
    packed: () => response.writeHead(200, { ...html, 'content-encoding': argument }).end(pack(argument, page)),
    bomb: () =>
      response.writeHead(200, { ...html, 'content-encoding': argument }).end(pack(argument, Buffer.alloc(30_000_000))),
    endless: () => writeOnAndOn(response, Buffer.alloc(20_000, 'x'), 1),
    slow: () => writeOnAndOn(response, 'x', 40),
    silent: () => {},
    torn: () => response.writeHead(200, { ...html, 'content-length': 999 }).write(page, () => response.destroy()),
    garbage: () => request.socket.end('no web server\r\n\r\n'),
  };
  const answer = answers[kind] ?? (() => response.writeHead(200, html).end(page));
  answer();
};

function writeOnAndOn(response: ServerResponse, part: Buffer | string, everyMs: number): void {
  response.writeHead(200, html);
  const timer = setInterval(() => response.write(part), everyMs);
  response.once('close', () => {
    hungUpCount += 1;
    clearInterval(timer);
  });
}

function pack(encoding: string, bytes: Buffer | string): Buffer | string {
  if (encoding === 'gzip') return gzipSync(bytes);
  return encoding === 'br' ? brotliCompressSync(bytes) : bytes;
}
