import { hashAddress } from '../../src/suppressions/address.ts';
import type { Db } from '../../src/database.ts';
import type { DeliveryState, Outcome } from '../../src/deliveries/delivery.ts';
import { insertIssue } from '../issues/insert-samples.ts';
import type { SubscriberState } from '../../src/subscribers/subscriber.ts';

const pepper = Buffer.alloc(32, 1);
let count = 0;

/** A subscriber with an address nobody else has. */
export async function insertSubscriber(
  db: Db,
  state: SubscriberState = 'active',
): Promise<{ id: string; addressHash: string }> {
  count += 1;
  const address = `reader-${count}@example.com`;
  return db
    .insertInto('subscribers')
    .values({
      address: state === 'erased' ? null : address,
      addressHash: hashAddress(pepper, address),
      state,
    })
    .returning(['id', 'addressHash'])
    .executeTakeFirstOrThrow();
}

/** A batch of an issue that waits since long ago. */
export async function insertBatch(db: Db, issueId: string, ordinal = 1): Promise<string> {
  const at = new Date('2026-11-21T09:00:00Z');
  const batch = await db
    .insertInto('batches')
    .values({ issueId, ordinal, state: 'waiting', dueAt: at, ringAt: at })
    .returning('id')
    .executeTakeFirstOrThrow();
  return batch.id;
}

/** An issue that is being sent, with one batch. */
export async function insertSendingIssue(db: Db): Promise<{ issueId: string; batchId: string }> {
  const { id: issueId } = await insertIssue(db, { number: 1, state: 'sending' });
  return { issueId, batchId: await insertBatch(db, issueId) };
}

export interface SampleDelivery {
  state: DeliveryState;
  reason?: string;
  outcome?: Outcome;
}

/** A delivery in some state, to a subscriber of its own; answers its id. */
export async function insertDelivery(
  db: Db,
  place: { issueId: string; batchId: string },
  { state, reason, outcome }: SampleDelivery,
): Promise<string> {
  const { id: subscriberId, addressHash } = await insertSubscriber(db);
  const at = new Date('2026-11-21T09:00:00Z');
  const delivery = await db
    .insertInto('deliveries')
    .values({
      ...place,
      subscriberId,
      addressHash,
      variant: 1,
      batchPosition: count,
      dueAt: at,
      state,
      reason: reason ?? null,
      acceptedAt: state === 'accepted' ? at : null,
      outcome: outcome ?? null,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return delivery.id;
}
