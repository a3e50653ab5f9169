import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { inTransaction } from '../platform/transaction.ts';
import { doubtLimitMs } from './batch.ts';
import { giveUpBatch } from './end-batch.ts';
import { tellUndecided } from './tell-undecided.ts';

const whenTooOld = 'the provider can no longer be asked safely';
const whenCancelled = 'the issue was cancelled before the answer was known; it is not asked again';

/**
 * Ends doubts that can no longer be cleared by asking again: 23 h after the start of the first doubtful call, also while the
 * issue is paused or sending is off; in a cancelled issue as soon as the lease of a dead worker has run out.
 */
export async function expireDoubts(ctx: Context): Promise<number> {
  const now = ctx.clock.now();
  const tooOld = new Date(now.getTime() - doubtLimitMs);
  const ended = await inTransaction(ctx.db, async (tx) => {
    const old = await sql<{ id: string; isCancelled: boolean }>`
      select b.id, i.state = 'cancelled' as is_cancelled from batches b join issues i on i.id = b.issue_id
      where (b.state in ('doubt', 'blocked') and coalesce(b.doubt_since, b.first_submit_at) < ${tooOld})
        or (b.state = 'calling' and coalesce(b.doubt_since, b.lease_until) < ${tooOld} and b.lease_until < ${now})
        or (b.state = 'calling' and i.state = 'cancelled' and b.lease_until < ${now})
      order by b.id for update of b skip locked`.execute(tx);
    for (const { id, isCancelled } of old.rows) await giveUpBatch(tx, id, isCancelled ? whenCancelled : whenTooOld);
    return old.rows.map((row) => row.id);
  });
  for (const batchId of ended) await tellUndecided(ctx, batchId, 'unknown');
  return ended.length;
}
