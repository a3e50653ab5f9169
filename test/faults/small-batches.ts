import { sql } from 'kysely';
import { switchSendingOff, switchSendingOn } from '../../src/deliveries/sending-switch.ts';
import type { Scene } from '../support/scene.ts';

/**
 * Freezes an approved issue into batches of `size` mails, so that few readers make many batches. Sending is switched off
 * meanwhile and no batch has been rung when this returns.
 */
export async function freezeInto(scene: Pick<Scene, 'ctx' | 'send'>, number: number, size: number): Promise<string> {
  const { ctx } = scene;
  await switchSendingOff(ctx, { reason: 'making small batches', by: 'test', resumesAt: null });
  const issueId = await scene.send(number);
  await ctx.db.transaction().execute(async (tx) => {
    const { rows } = await sql<{ last: number; dueAt: Date }>`
      select max(ordinal) as last, max(due_at) as due_at from batches where issue_id = ${issueId}`.execute(tx);
    const { last = 0, dueAt } = rows[0] ?? {};
    await sql`
      insert into batches (issue_id, ordinal, state, due_at, ring_at)
      select ${issueId}, ${last} + n, 'waiting', ${dueAt}, ${dueAt} from generate_series(1,
        (select ceil(count(*)::numeric / ${size})::integer from deliveries where issue_id = ${issueId})) n`.execute(tx);
    await sql`
      update deliveries d set batch_id = b.id, batch_position = (r.rank - 1) % ${size}
      from (select id, row_number() over (order by id)::integer as rank from deliveries where issue_id = ${issueId}) r
      join batches b on b.issue_id = ${issueId} and b.ordinal = ${last} + (r.rank - 1) / ${size} + 1
      where d.id = r.id`.execute(tx);
    await sql`delete from batches where issue_id = ${issueId} and ordinal <= ${last}`.execute(tx);
  });
  await switchSendingOn(ctx, { by: 'test' });
  return issueId;
}
