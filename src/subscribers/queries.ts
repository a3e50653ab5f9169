import type { Insertable } from 'kysely';
import type { Db, Tx } from '../database.ts';
import type { SubscriberState } from './subscriber.ts';
import type { ConsentsTable, SubscribersTable } from './tables.ts';

export interface LockedSubscriber {
  id: string;
  state: SubscriberState;
}

/**
 * Locks the subscriber's row until the transaction ends. Everything that takes consent away (unsubscribe, complaint, bounce,
 * suppression, erasure) begins here: a claim reads these rows under FOR SHARE, so the two are always one after the other.
 */
export async function lockSubscriberForConsent(tx: Tx, subscriberId: string): Promise<LockedSubscriber | undefined> {
  return tx
    .selectFrom('subscribers')
    .select(['id', 'state'])
    .where('id', '=', subscriberId)
    .forUpdate()
    .executeTakeFirst();
}

/** The same by address hash; undefined where nobody has this address. */
export async function lockSubscriberByAddress(tx: Tx, addressHash: string): Promise<LockedSubscriber | undefined> {
  return tx
    .selectFrom('subscribers')
    .select(['id', 'state'])
    .where('addressHash', '=', addressHash)
    .forUpdate()
    .executeTakeFirst();
}

/** Sets `unsubscribed`; an erased subscriber stays erased. The row must be locked. */
export async function setUnsubscribed(tx: Tx, subscriberId: string, at: Date): Promise<void> {
  await tx
    .updateTable('subscribers')
    .set({ state: 'unsubscribed', unsubscribedAt: at })
    .where('id', '=', subscriberId)
    .where('state', 'in', ['pending', 'active'])
    .execute();
}

/** Writes evidence of consent given or withdrawn; rows are never changed afterwards. */
export async function insertConsents(db: Db, consents: readonly Insertable<ConsentsTable>[]): Promise<void> {
  if (consents.length > 0)
    await db
      .insertInto('consents')
      .values([...consents])
      .execute();
}

/** Inserts those whose address hash nobody has yet, in the order given; answers the ids of the new ones by address hash. */
export async function insertNewSubscribers(
  tx: Tx,
  subscribers: readonly Insertable<SubscribersTable>[],
): Promise<Map<string, string>> {
  if (subscribers.length === 0) return new Map();
  const added = await tx
    .insertInto('subscribers')
    .values([...subscribers])
    .onConflict((conflict) => conflict.column('addressHash').doNothing())
    .returning(['id', 'addressHash'])
    .execute();
  return new Map(added.map((row) => [row.addressHash, row.id]));
}
