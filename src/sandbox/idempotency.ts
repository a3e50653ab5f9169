import type { Answer } from './answer.ts';
import { errorAnswer } from './answer.ts';
import type { SandboxDb, SandboxTx } from './tables.ts';

/** Resend: a key has 1 to 256 characters and counts for 24 hours (docs: idempotency-keys). */
export const idempotencyKeyLengthLimit = 256;
export const idempotencyHours = 24;

/** One use of a key: the endpoint it counts for, the key, and the SHA-256 of the body's bytes. */
export interface KeyedBody {
  endpoint: string;
  key: string;
  bodyHash: string;
}

/** The refusal of a key that is empty or too long; undefined for a good one or none. */
export function refuseKey(key: string | undefined): Answer | undefined {
  if (key === undefined || (key.length >= 1 && key.length <= idempotencyKeyLengthLimit)) return undefined;
  return errorAnswer(
    400,
    'invalid_idempotency_key',
    `The key must be between 1-${idempotencyKeyLengthLimit} characters.`,
  );
}

/** The first answer for a key used before with the same bytes, a 409 for other bytes, undefined for a key not in use. */
export async function findRememberedAnswer(db: SandboxDb, use: KeyedBody, now: Date): Promise<Answer | undefined> {
  const kept = await db
    .selectFrom('idempotency')
    .selectAll()
    .where('endpoint', '=', use.endpoint)
    .where('key', '=', use.key)
    .where('acceptedAt', '>', forgottenBefore(now))
    .executeTakeFirst();
  if (kept === undefined) return undefined;
  if (kept.bodyHash !== use.bodyHash) return otherBodyAnswer();
  return { status: kept.status, headers: { 'content-type': 'application/json; charset=utf-8' }, body: kept.answer };
}

/**
 * Keeps an answer, in the transaction that accepts the mails. Only acceptances are kept: the provider's page says a key is checked
 * against mails already sent, and leaves open whether an error is remembered. Fails on the primary key when another was first.
 */
export async function insertRememberedAnswer(
  tx: SandboxTx,
  kept: KeyedBody & { answer: Answer },
  now: Date,
): Promise<void> {
  const { endpoint, key, bodyHash, answer } = kept;
  await tx
    .deleteFrom('idempotency')
    .where('endpoint', '=', endpoint)
    .where('key', '=', key)
    .where('acceptedAt', '<=', forgottenBefore(now))
    .execute();
  const { status, body } = answer;
  await tx
    .insertInto('idempotency')
    .values({ endpoint, key, bodyHash, status, answer: body, acceptedAt: now })
    .execute();
}

/** The moment before which a key is free again. */
export function forgottenBefore(now: Date): Date {
  return new Date(now.getTime() - idempotencyHours * 3_600_000);
}

/** The answer while the first request with this key still runs. */
export function concurrentAnswer(): Answer {
  const message = 'Same idempotency key used while original request is still in progress.';
  return errorAnswer(409, 'concurrent_idempotent_requests', message);
}

function otherBodyAnswer(): Answer {
  const message = 'Same idempotency key used with a different request payload.';
  return errorAnswer(409, 'invalid_idempotent_request', message);
}
