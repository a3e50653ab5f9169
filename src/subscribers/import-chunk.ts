import type { Insertable } from 'kysely';
import type { Db, Tx } from '../database.ts';
import { inTransaction } from '../platform/transaction.ts';
import { createTurns } from '../platform/turns.ts';
import { addSuppressions, listStandingSuppressions } from '../suppressions/queries.ts';
import type { ImportedSubscriber } from './import-row.ts';
import { insertConsents, insertNewSubscribers } from './queries.ts';
import type { ConsentsTable, SubscribersTable } from './tables.ts';

export type HashedSubscriber = ImportedSubscriber & { addressHash: string };

const importSource = 'import';

/** Chunks of all imports of this process under way at once: they leave the pool to sending, unsubscribing and the pages. */
const chunksAtOnce = 2;
const inTurn = createTurns(chunksAtOnce);

/**
 * Brings one chunk in, all of it or nothing, and answers those that are new. Whoever is known or suppressed is left as they
 * are. Rows go in by address hash, so that two imports never wait for each other in a circle.
 */
export async function importChunk(db: Db, chunk: readonly HashedSubscriber[], at: Date): Promise<HashedSubscriber[]> {
  const inOrder = [...chunk].sort((a, b) => (a.addressHash < b.addressHash ? -1 : 1));
  return inTurn(() => inTransaction(db, (tx) => insertChunk(tx, inOrder, at)));
}

async function insertChunk(tx: Tx, inOrder: readonly HashedSubscriber[], at: Date): Promise<HashedSubscriber[]> {
  const wanted = await leaveOutSuppressed(tx, inOrder);
  const ids = await insertNewSubscribers(
    tx,
    wanted.map((subscriber) => toRow(subscriber, at)),
  );
  const added = wanted.filter((subscriber) => ids.has(subscriber.addressHash));
  await insertConsents(
    tx,
    added.flatMap((subscriber) => toConsents(subscriber, ids.get(subscriber.addressHash) ?? '', at)),
  );
  await addSuppressions(
    tx,
    added.flatMap(({ addressHash, suppression }) =>
      suppression === null ? [] : [{ addressHash, reason: suppression, source: importSource }],
    ),
  );
  return added;
}

async function leaveOutSuppressed(tx: Tx, chunk: readonly HashedSubscriber[]): Promise<HashedSubscriber[]> {
  const standing = await listStandingSuppressions(
    tx,
    chunk.map(({ addressHash }) => addressHash),
  );
  const suppressed = new Set(standing.map(({ addressHash }) => addressHash));
  return chunk.filter(({ addressHash }) => !suppressed.has(addressHash));
}

function toRow(subscriber: HashedSubscriber, at: Date): Insertable<SubscribersTable> {
  const { address, addressHash, name, state, timeZone, topics, consent } = subscriber;
  const confirmedAt = consent?.confirmedAt ?? null;
  const unsubscribedAt = state === 'unsubscribed' ? at : null;
  return { address, addressHash, name, state, timeZone, topics, confirmedAt, unsubscribedAt, prunable: false };
}

/** What the file proves: when and where consent was given, and that it is withdrawn (when that was, the file does not say). */
function toConsents(subscriber: HashedSubscriber, subscriberId: string, at: Date): Insertable<ConsentsTable>[] {
  const { consent, state } = subscriber;
  const consents: Insertable<ConsentsTable>[] = [];
  if (consent && state !== 'pending') {
    const { confirmedAt, source } = consent;
    consents.push({ subscriberId, kind: 'confirmed', at: confirmedAt, source, method: importSource });
  }
  if (state === 'unsubscribed') {
    consents.push({ subscriberId, kind: 'withdrawn', at, source: importSource, method: importSource });
  }
  return consents;
}
