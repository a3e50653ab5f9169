import { acceptMails } from './accept-mails.ts';
import type { Answer } from './answer.ts';
import { isAccepted } from './answer.ts';
import { refuseSender } from './domains.ts';
import { concurrentAnswer, findRememberedAnswer, refuseKey } from './idempotency.ts';
import type { WorkOptions } from './play-fault.ts';
import { isReadError, readRequestMails } from './read-request-mails.ts';
import type { ProviderRequest } from './requests.ts';
import type { RequestOutcome, SandboxDb } from './tables.ts';

/** What working on a request led to. */
export interface Worked {
  answer: Answer;
  outcome: RequestOutcome;
}

/** What sending needs; `running` holds the keys this process is working on. */
export interface SendTools {
  db: SandboxDb;
  now: () => Date;
  running: Set<string>;
  /** Between one event of a mail and the next. */
  eventDelayMs: number;
}

/** POST /emails and POST /emails/batch: the key first, then the mails, as the provider does it. */
export async function sendMails(
  tools: SendTools,
  request: ProviderRequest & { requestId: number },
  options: WorkOptions,
): Promise<Worked> {
  const refused = refuseKey(request.idempotencyKey);
  if (refused !== undefined) return { answer: refused, outcome: 'refused' };
  if (request.idempotencyKey === undefined) {
    await options.before?.();
    return acceptNew(tools, request, options);
  }
  const use = { endpoint: endpointOf(request), key: request.idempotencyKey, bodyHash: request.bodyHash };
  const running = `${use.endpoint}\n${use.key}`;
  if (tools.running.has(running)) return { answer: concurrentAnswer(), outcome: 'refused' };
  tools.running.add(running);
  try {
    await options.before?.();
    const remembered = await findRememberedAnswer(tools.db, use, tools.now());
    if (remembered === undefined) return await acceptNew(tools, request, options);
    return { answer: remembered, outcome: isAccepted(remembered) ? 'replayed' : 'refused' };
  } finally {
    tools.running.delete(running);
  }
}

async function acceptNew(
  { db, now, eventDelayMs }: SendTools,
  request: ProviderRequest & { requestId: number },
  options: WorkOptions,
): Promise<Worked> {
  const { path, body, bodyHash, batchValidation, requestId } = request;
  const read = readRequestMails({ path, body, batchValidation, refuseItem: options.refuseItem });
  if (isReadError(read)) return { answer: read, outcome: 'refused' };
  const unverified = await refuseSender(db, read.mails);
  if (unverified !== undefined) return { answer: unverified, outcome: 'refused' };
  const acceptance = { requestId, endpoint: endpointOf(request), key: request.idempotencyKey, bodyHash, ...read };
  try {
    const answer = await acceptMails(db, acceptance, { now: now(), stepMs: eventDelayMs });
    return { answer, outcome: 'accepted' };
  } catch (error) {
    // Another process hosting the same ledger took this key in the same moment: its primary key let only one commit.
    if (isUniqueViolation(error)) return { answer: concurrentAnswer(), outcome: 'refused' };
    throw error;
  }
}

function endpointOf(request: ProviderRequest): string {
  return `${request.method} ${request.path}`;
}

function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '23505';
}
