import { sql } from 'kysely';
import type { Context } from '../context.ts';
import type { Tx } from '../database.ts';
import { inTransaction } from '../platform/transaction.ts';
import { insertConsents, lockSubscriberForConsent, setUnsubscribed } from './queries.ts';

/** A row that stays locked longer than this makes the attempt fail; the mail client asks again. */
export const unsubscribeLockTimeoutMs = 3_000;

export interface Unsubscribe {
  subscriberId: string;
  deliveryId: string | null;
  /** `one-click` (RFC 8058), `page`, `provider` or `operator`. */
  method: 'one-click' | 'page' | 'provider' | 'operator';
  ip?: string;
}

/** `gone`: no such subscriber any more, erased or deleted, so nothing is mailed either way. */
export type UnsubscribeOutcome = 'unsubscribed' | 'already-unsubscribed' | 'gone';

/**
 * Takes consent away in one transaction: state and evidence together. Asking twice changes nothing more. Throws when it could
 * not be committed; nothing was changed then.
 */
export async function unsubscribe(
  ctx: Pick<Context, 'db' | 'clock'>,
  request: Unsubscribe,
): Promise<UnsubscribeOutcome> {
  const at = ctx.clock.now();
  return inTransaction(ctx.db, async (tx) => {
    await sql`select set_config('lock_timeout', ${`${unsubscribeLockTimeoutMs}ms`}, true)`.execute(tx);
    const subscriber = await lockSubscriberForConsent(tx, request.subscriberId);
    if (subscriber === undefined || subscriber.state === 'erased') return 'gone';
    if (subscriber.state === 'unsubscribed') return 'already-unsubscribed';
    await withdrawConsent(tx, { ...request, at });
    return 'unsubscribed';
  });
}

/** State and evidence together; the row must be locked. */
export async function withdrawConsent(tx: Tx, withdrawal: Unsubscribe & { at: Date }): Promise<void> {
  const { subscriberId, deliveryId, method, ip, at } = withdrawal;
  await setUnsubscribed(tx, subscriberId, at);
  await insertConsents(tx, [
    { subscriberId, kind: 'withdrawn', at, source: 'unsubscribe', method, ip: ip ?? null, deliveryId },
  ]);
}
