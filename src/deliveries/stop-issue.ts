import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { changeToCancelled } from '../issues/cancel-issue.ts';
import type { Issue } from '../issues/queries.ts';
import { isRefusal, type Refusal } from '../platform/refusal.ts';
import { inTransaction } from '../platform/transaction.ts';
import { excludeBatch, giveUpBatch } from './end-batch.ts';

/**
 * Cancels an issue that is being sent: what waits is excluded as `cancelled`, what is in doubt becomes unknown (asking again
 * could send it), calls under way end and are saved as they end.
 */
export async function stopIssue(
  ctx: Context,
  stop: { issueId: string; by: string; reason: string },
): Promise<Issue | Refusal<'wrong-state'>> {
  return inTransaction(ctx.db, async (tx) => {
    const cancelled = await changeToCancelled(tx, { ...stop, at: ctx.clock.now() });
    if (isRefusal(cancelled)) return cancelled;
    const batches = await sql<{ id: string; state: string }>`
      select id, state from batches where issue_id = ${stop.issueId} and state in ('waiting', 'doubt', 'blocked')
      order by id for update`.execute(tx);
    for (const batch of batches.rows) {
      if (batch.state === 'waiting') await excludeBatch(tx, batch.id, 'cancelled');
      else await giveUpBatch(tx, batch.id, 'cancelled while the answer was not known');
    }
    return cancelled;
  });
}
