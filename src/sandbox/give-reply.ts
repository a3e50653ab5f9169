import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Context } from 'hono';
import type { Clock } from '../platform/clock.ts';
import type { Answer } from './answer.ts';
import type { SandboxBindings } from './hono-types.ts';
import type { Reply } from './play-fault.ts';

/** What a reply is given with: the clock, and the signal that ends every open one when the sandbox stops. */
export interface ReplyTools {
  clock: Clock;
  stopped: AbortSignal;
}

/** Puts a reply on the wire. All but a plain answer need the socket, so they fail where no server is listening. */
export async function giveReply(c: Context<SandboxBindings>, reply: Reply, tools: ReplyTools): Promise<Response> {
  if (reply.kind === 'answer') {
    return new Response(reply.answer.body, { status: reply.answer.status, headers: reply.answer.headers });
  }
  const outgoing = c.env?.outgoing;
  if (outgoing === undefined) throw new Error(`the fault "${reply.kind}" needs a listening server`);
  switch (reply.kind) {
    case 'silence':
      await waitForClose(outgoing, tools.stopped);
      break;
    case 'reset':
      outgoing.socket?.resetAndDestroy();
      break;
    case 'cut':
      await sendHalf(outgoing, reply.answer);
      break;
    case 'drip':
      await drip(outgoing, reply, tools);
      break;
  }
  return RESPONSE_ALREADY_SENT;
}

async function waitForClose(outgoing: ServerResponse, stopped: AbortSignal): Promise<void> {
  if (!outgoing.destroyed) await once(outgoing, 'close', { signal: stopped }).catch(() => {});
  outgoing.socket?.destroy();
}

async function sendHalf(outgoing: ServerResponse, answer: Answer): Promise<void> {
  const body = writeHead(outgoing, answer);
  await new Promise<void>((resolve) => {
    outgoing.write(body.subarray(0, Math.ceil(body.length / 2)), () => resolve());
  });
  outgoing.socket?.resetAndDestroy();
}

async function drip(
  outgoing: ServerResponse,
  reply: { answer: Answer; everyMs: number },
  tools: ReplyTools,
): Promise<void> {
  const closed = new AbortController();
  outgoing.once('close', () => closed.abort());
  const over = AbortSignal.any([closed.signal, tools.stopped]);
  const body = writeHead(outgoing, reply.answer);
  for (let index = 0; index < body.length && !over.aborted; index += 1) {
    outgoing.write(body.subarray(index, index + 1));
    await tools.clock.sleep(reply.everyMs, over);
  }
  outgoing.end();
}

/** Announces the whole body, so that a caller can tell when it was cut. */
function writeHead(outgoing: ServerResponse, { status, headers, body }: Answer): Buffer {
  const bytes = Buffer.from(body);
  outgoing.writeHead(status, { ...headers, 'content-length': bytes.length });
  return bytes;
}
