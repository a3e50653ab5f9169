import { sql } from 'kysely';
import type { Db } from '../database.ts';
import type { SuppressionReason } from './suppression.ts';

export interface NewSuppression {
  addressHash: string;
  reason: SuppressionReason;
  /** What said so: `import`, a webhook's id, an operator. */
  source: string;
}

/**
 * Suppresses an address; one that is suppressed already keeps its first reason. Answers whether this call did it. In a
 * transaction that knows the subscriber, lock that row first (see `suppressAddress`).
 */
export async function addSuppression(db: Db, suppression: NewSuppression): Promise<boolean> {
  return (await addSuppressions(db, [suppression])) === 1;
}

/** The same for many, in the order of their hashes, so that two writers never wait for each other in a circle. */
export async function addSuppressions(db: Db, suppressions: readonly NewSuppression[]): Promise<number> {
  if (suppressions.length === 0) return 0;
  const inOrder = [...suppressions].sort((a, b) => (a.addressHash < b.addressHash ? -1 : 1));
  const added = await db
    .insertInto('suppressions')
    .values(inOrder)
    .onConflict((conflict) => conflict.column('addressHash').where('liftedAt', 'is', null).doNothing())
    .returning('id')
    .execute();
  return added.length;
}

export interface StandingSuppression {
  addressHash: string;
  reason: SuppressionReason;
  source: string;
  createdAt: Date;
}

/** The suppressions that stand for these address hashes: at most one for each. */
export async function listStandingSuppressions(db: Db, hashes: readonly string[]): Promise<StandingSuppression[]> {
  return db
    .selectFrom('suppressions')
    .select(['addressHash', 'reason', 'source', 'createdAt'])
    .where('liftedAt', 'is', null)
    .where('addressHash', '=', sql<string>`any(${[...hashes]}::text[])`)
    .execute();
}

export interface Lift {
  addressHash: string;
  /** The person who decided. */
  liftedBy: string;
  why: string;
}

/** Lifts the standing suppression of an address; only a person may. Answers whether there was one. */
export async function liftSuppression(db: Db, lift: Lift): Promise<boolean> {
  const lifted = await db
    .updateTable('suppressions')
    .set({ liftedAt: sql<Date>`now()`, liftedBy: lift.liftedBy, liftedWhy: lift.why })
    .where('addressHash', '=', lift.addressHash)
    .where('liftedAt', 'is', null)
    .returning('id')
    .execute();
  return lifted.length > 0;
}

/** Makes room for a complaint where a weaker reason stands: what the provider can undo must not hide what nobody may. */
export async function liftForComplaint(db: Db, addressHash: string): Promise<void> {
  await db
    .updateTable('suppressions')
    .set({ liftedAt: sql<Date>`now()`, liftedBy: 'program', liftedWhy: 'a complaint takes its place' })
    .where('addressHash', '=', addressHash)
    .where('reason', 'in', ['provider', 'bounced'])
    .where('liftedAt', 'is', null)
    .execute();
}
