import type { Tx } from '../database.ts';
import { acceptDeliveries, type FoundDelivery, insertProviderMessages } from './queries.ts';

export interface Proof {
  delivery: FoundDelivery;
  providerId: string | null;
  now: Date;
}

/** An event about a delivery proves it taken, and with it the whole batch of a call whose end is not known. */
export async function proveDelivery(tx: Tx, { delivery, providerId, now }: Proof): Promise<void> {
  const batch = await tx
    .selectFrom('batches')
    .select('state')
    .where('id', '=', delivery.batchId)
    .forUpdate()
    .executeTakeFirstOrThrow();
  const isInDoubt = ['calling', 'doubt', 'unknown', 'blocked'].includes(batch.state);
  const others = isInDoubt ? await listFrozenMembers(tx, delivery.batchId) : [];
  // The delivery itself in any case: a person may have decided it failed, which its batch-mates do not speak against.
  await acceptDeliveries(tx, [delivery.id, ...others], now);
  if (isInDoubt) {
    const done = { state: 'accepted' as const, leaseUntil: null, lastError: 'proved by an event' };
    await tx.updateTable('batches').set(done).where('id', '=', delivery.batchId).execute();
  }
  if (providerId !== null) await insertProviderMessages(tx, [{ providerId, deliveryId: delivery.id }]);
}

async function listFrozenMembers(tx: Tx, batchId: string): Promise<string[]> {
  const members = await tx
    .selectFrom('deliveries')
    .select('id')
    .where('batchId', '=', batchId)
    .where('state', 'in', ['waiting', 'unknown'])
    .where('address', 'is not', null)
    .execute();
  return members.map((member) => member.id);
}
