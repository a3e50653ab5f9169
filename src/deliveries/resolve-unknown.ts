import { sql } from 'kysely';
import type { Context } from '../context.ts';
import type { Tx } from '../database.ts';
import { lockIssue } from '../issues/queries.ts';
import type { Refusal } from '../platform/refusal.ts';
import { inTransaction } from '../platform/transaction.ts';
import { recordAudit } from '../subscribers/audit.ts';
import { findSendAgainObstacle, sendAgain } from './send-again.ts';

/** What a person can say of a delivery whose fate is not known. */
export type Decision = 'accepted' | 'failed' | 'send-again';

export interface Resolution {
  issueId: string;
  /** All that are undecided, or only these. */
  deliveryIds: readonly string[] | 'all';
  decision: Decision;
  note: string;
  by: string;
}

export interface UndecidedDelivery {
  id: string;
  address: string | null;
  reason: string | null;
  /** When the batch was first handed over. */
  firstSubmitAt: Date | null;
  lastError: string | null;
}

const undecidedLimit = 1_000;

/** Deliveries only a person can decide on: unknown ones and those of a blocked batch; 1,000 at most. */
export async function listDeliveriesUndecided(ctx: Context, issueId: string): Promise<UndecidedDelivery[]> {
  const rows = await sql<UndecidedDelivery>`
    select d.id, d.address, coalesce(d.reason, b.last_error) as reason, b.first_submit_at, b.last_error
    from deliveries d join batches b on b.id = d.batch_id
    where d.issue_id = ${issueId} and (d.state = 'unknown' or (d.state = 'waiting' and b.state = 'blocked'))
    order by b.ordinal, d.batch_position limit ${undecidedLimit}`.execute(ctx.db);
  return rows.rows;
}

/** Carries out a person's decision and writes it down; answers how many deliveries it was carried out on. */
export async function resolveUnknown(
  ctx: Context,
  resolution: Resolution,
): Promise<{ count: number } | Refusal<'cannot-send-again'>> {
  return inTransaction(ctx.db, async (tx) => {
    const issue = await lockIssue(tx, resolution.issueId);
    const obstacle = resolution.decision === 'send-again' ? await findSendAgainObstacle(tx, issue) : undefined;
    if (obstacle !== undefined) return { refused: 'cannot-send-again' as const, sentence: obstacle };
    const ids = await lockUndecided(tx, resolution);
    if (ids.length === 0) return { count: 0 };
    await decide(ctx, tx, { resolution, ids });
    await closeBlockedBatches(tx, issue.id);
    const { by: actor, decision, note } = resolution;
    const audit = { actor, action: `resolve-${decision}`, entity: 'issue', entityId: issue.id, note };
    await recordAudit(tx, { ...audit, after: { deliveries: ids } });
    return { count: ids.length };
  });
}

/** A blocked batch nobody waits in any more has been decided on. */
async function closeBlockedBatches(tx: Tx, issueId: string): Promise<void> {
  await sql`
    update batches b set state = 'unknown' where b.issue_id = ${issueId} and b.state = 'blocked'
      and not exists (select 1 from deliveries d where d.batch_id = b.id and d.state = 'waiting')`.execute(tx);
}

async function lockUndecided(tx: Tx, { issueId, deliveryIds }: Resolution): Promise<string[]> {
  const chosen = deliveryIds === 'all' ? sql`true` : sql`d.id = any(${[...deliveryIds]}::uuid[])`;
  await sql`select id from batches where issue_id = ${issueId} and state in ('blocked', 'unknown') order by id for update`.execute(
    tx,
  );
  const rows = await sql<{ id: string }>`
    select d.id from deliveries d join batches b on b.id = d.batch_id
    where d.issue_id = ${issueId} and (d.state = 'unknown' or (d.state = 'waiting' and b.state = 'blocked')) and ${chosen}
    order by d.id for update of d`.execute(tx);
  return rows.rows.map((row) => row.id);
}

async function decide(
  ctx: Context,
  tx: Tx,
  { resolution, ids }: { resolution: Resolution; ids: string[] },
): Promise<void> {
  const now = ctx.clock.now();
  const { decision, note } = resolution;
  const reason = `decided by a person: ${note}`;
  const update = tx.updateTable('deliveries').where('id', 'in', ids);
  if (decision === 'accepted') {
    await update.set({ state: 'accepted', acceptedAt: now, reason }).execute();
  } else if (decision === 'failed') {
    await update.set({ state: 'failed', reason }).execute();
  } else {
    await sendAgain(tx, { issueId: resolution.issueId, ids, now });
  }
}
