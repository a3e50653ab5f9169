import { sql } from 'kysely';
import type { Tx } from '../database.ts';
import { derivedIdSql } from './derived-id.ts';

/** Halves a batch the provider will not take whole; each half goes under a key of its own, consent read anew. */
export async function splitBatch(tx: Tx, batchId: string, now: Date): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('split'), hashtext(issue_id::text)) from batches where id = ${batchId}`.execute(
    tx,
  );
  const children = await sql<{ id: string; ordinal: number }>`
    insert into batches (id, issue_id, ordinal, parent_id, state, due_at, ring_at)
    select ${derivedIdSql(sql`b.id`, sql`half`)}, b.issue_id, n.last + half, b.id, 'waiting', b.due_at, ${now}
    from batches b, generate_series(1, 2) half,
      lateral (select max(ordinal) as last from batches o where o.issue_id = b.issue_id) n
    where b.id = ${batchId} returning id, ordinal`.execute(tx);
  const [first, second] = children.rows.sort((a, b) => a.ordinal - b.ordinal);
  await sql`
    with ranked as (
      select id, row_number() over (order by batch_position) as rank, count(*) over () as all_count
      from deliveries where batch_id = ${batchId} and state = 'waiting')
    update deliveries d set batch_id = case when r.rank * 2 <= r.all_count then ${first?.id}::uuid else ${second?.id}::uuid end
    from ranked r where d.id = r.id`.execute(tx);
  await tx.updateTable('batches').set({ state: 'split' }).where('id', '=', batchId).execute();
}

/** Doubt that can no longer be cleared by asking again: the deliveries become unknown and a person decides. */
export async function giveUpBatch(tx: Tx, batchId: string, reason: string): Promise<void> {
  await tx.updateTable('batches').set({ state: 'unknown', lastError: reason }).where('id', '=', batchId).execute();
  await tx
    .updateTable('deliveries')
    .set({ state: 'unknown', reason })
    .where('batchId', '=', batchId)
    .where('state', '=', 'waiting')
    .execute();
}

/** The one mail of this batch can never be taken; the provider's words are kept. */
export async function failBatch(tx: Tx, batchId: string, reason: string): Promise<void> {
  await tx.updateTable('batches').set({ state: 'failed', lastError: reason }).where('id', '=', batchId).execute();
  await tx
    .updateTable('deliveries')
    .set({ state: 'failed', reason })
    .where('batchId', '=', batchId)
    .where('state', '=', 'waiting')
    .execute();
}

/** Drops what still waits in a batch of a cancelled issue. */
export async function excludeBatch(tx: Tx, batchId: string, reason: string): Promise<void> {
  await tx.updateTable('batches').set({ state: 'excluded' }).where('id', '=', batchId).execute();
  await tx
    .updateTable('deliveries')
    .set({ state: 'excluded', reason })
    .where('batchId', '=', batchId)
    .where('state', '=', 'waiting')
    .execute();
}
