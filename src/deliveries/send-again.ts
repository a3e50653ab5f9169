import { sql } from 'kysely';
import type { Tx } from '../database.ts';
import { findOpenIssue, type Issue } from '../issues/queries.ts';

/** Why nothing of this locked issue can be sent again now; undefined when it can. */
export async function findSendAgainObstacle(tx: Tx, issue: Issue): Promise<string | undefined> {
  if (issue.state === 'cancelled') return `Issue ${issue.number} is cancelled: nothing of it is sent any more.`;
  const open = await findOpenIssue(tx);
  if (open === undefined || open.id === issue.id) return undefined;
  return `Issue ${open.number} is ${open.state}; it must be sent or cancelled before issue ${issue.number} goes on.`;
}

export interface SendingAgain {
  issueId: string;
  /** Deliveries whose fate is not known, or with `failedLater` accepted ones that failed at the provider. */
  ids: readonly string[];
  now: Date;
  failedLater?: boolean;
}

/** New batches, so new keys; consent is read anew at their claim. A sent issue goes back to sending until they are through. */
export async function sendAgain(tx: Tx, { issueId, ids, now, failedLater = false }: SendingAgain): Promise<void> {
  const unaccepted = failedLater
    ? sql`, accepted_at = null, outcome = null, outcome_at = null, resends = resends + 1`
    : sql``;
  await sql`
    with old as (
      select d.id, d.batch_id, dense_rank() over (order by d.batch_id) as rank from deliveries d where d.id = any(${[...ids]}::uuid[])),
    made as (
      insert into batches (issue_id, ordinal, parent_id, state, due_at, ring_at)
      select ${issueId}, (select max(ordinal) from batches where issue_id = ${issueId}) + rank, batch_id, 'waiting', ${now}, ${now}
      from (select distinct batch_id, rank from old) parents returning id, parent_id)
    update deliveries d set state = 'waiting', reason = null, batch_id = made.id ${unaccepted}
    from old join made on made.parent_id = old.batch_id where d.id = old.id`.execute(tx);
  await tx
    .updateTable('issues')
    .set({ state: 'sending', sentAt: null, endedAt: null })
    .where('id', '=', issueId)
    .where('state', '=', 'sent')
    .execute();
}
