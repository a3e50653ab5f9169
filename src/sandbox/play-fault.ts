import { randomUUID } from 'node:crypto';
import type { Answer } from './answer.ts';
import { errorAnswer, isAccepted, nameForStatus } from './answer.ts';
import type { FaultAction } from './fault-rule.ts';
import type { ItemRefusal } from './read-request-mails.ts';

/** What happens on the wire. */
export type Reply =
  | { kind: 'answer'; answer: Answer }
  /** Nothing, until the caller gives up. */
  | { kind: 'silence' }
  /** The connection is cut before any byte. */
  | { kind: 'reset' }
  /** Headers and half of the body, then the connection is cut. */
  | { kind: 'cut'; answer: Answer }
  /** The body byte by byte. */
  | { kind: 'drip'; answer: Answer; everyMs: number };

/** How the request is to be worked on under a fault. */
export interface WorkOptions {
  /** Waited for while the request already counts as running. */
  before?: () => Promise<void>;
  refuseItem?: ItemRefusal;
}

/** What a fault is played with. */
export interface Stage {
  /** Does what the request asks for and answers as usual. */
  work(options?: WorkOptions): Promise<Answer>;
  sleep(ms: number): Promise<void>;
  /** Resolves when this fault's rule is released or taken away. */
  release(): Promise<void>;
}

/**
 * Plays one fault on a request. A fault that spoils the answer is played only when there is an acceptance to spoil; a refusal is
 * answered as it is.
 */
export async function playFault(action: FaultAction, stage: Stage): Promise<Reply> {
  switch (action.kind) {
    case 'status':
      if (action.accept) await stage.work();
      return { kind: 'answer', answer: statusAnswer(action) };
    case 'timeout-before':
      return { kind: 'silence' };
    case 'reset-before':
      return { kind: 'reset' };
    case 'hold-before':
      return { kind: 'answer', answer: await stage.work({ before: () => stage.release() }) };
    case 'delay':
      return { kind: 'answer', answer: await stage.work({ before: () => stage.sleep(action.ms) }) };
    case 'reject-item':
      return { kind: 'answer', answer: await stage.work({ refuseItem: action }) };
    default:
      return spoil(action, await stage.work(), stage);
  }
}

type WorkedFirst = 'status' | 'timeout-before' | 'reset-before' | 'hold-before' | 'delay' | 'reject-item';

async function spoil(
  action: Exclude<FaultAction, { kind: WorkedFirst }>,
  answer: Answer,
  stage: Stage,
): Promise<Reply> {
  if (!isAccepted(answer)) return { kind: 'answer', answer };
  switch (action.kind) {
    case 'timeout-after':
      return { kind: 'silence' };
    case 'reset-after':
      return { kind: 'reset' };
    case 'reset-after-headers':
      return { kind: 'cut', answer };
    case 'slow':
      return { kind: 'drip', answer, everyMs: action.everyMs };
    case 'truncated':
      return { kind: 'answer', answer: { ...answer, body: answer.body.slice(0, Math.ceil(answer.body.length / 2)) } };
    case 'html-200':
      return { kind: 'answer', answer: htmlAnswer(200, '<!doctype html><title>Welcome</title><p>All good here.') };
    case 'wrong-count':
      return { kind: 'answer', answer: { ...answer, body: recount(answer.body, action.ids) } };
    default:
      await stage.release();
      return { kind: 'answer', answer };
  }
}

function statusAnswer(action: Extract<FaultAction, { kind: 'status' }>): Answer {
  const { status, body, headers = {} } = action;
  const name = action.name ?? nameForStatus(status);
  const message = action.message ?? `The sandbox was told to answer ${status}.`;
  const answer = body === undefined ? errorAnswer(status, name, message) : htmlAnswer(status, body);
  return { ...answer, headers: { ...answer.headers, ...headers } };
}

function htmlAnswer(status: number, body: string): Answer {
  return { status, headers: { 'content-type': 'text/html; charset=utf-8' }, body };
}

/** An answer with an id too many, one too few or one twice; an answer to a single mail stays as it is. */
function recount(body: string, ids: 'more' | 'fewer' | 'duplicate'): string {
  const content: unknown = JSON.parse(body);
  if (typeof content !== 'object' || content === null || !('data' in content)) return body;
  const list: unknown[] = Array.isArray(content.data) ? content.data : [];
  if (ids === 'more') return JSON.stringify({ ...content, data: [...list, { id: randomUUID() }] });
  if (ids === 'fewer') return JSON.stringify({ ...content, data: list.slice(0, -1) });
  return JSON.stringify({ ...content, data: [...list.slice(0, -1), ...list.slice(0, 1)] });
}
