import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { expireDoubts } from '../deliveries/expire-doubts.ts';
import { freezeIssuesDue } from '../deliveries/freeze-issue.ts';
import { isReconcileDue } from '../events/reconcile-due.ts';
import { actOnDueRuns } from '../issues/act-on-runs.ts';
import { remindOfApproval } from '../mails/remind-of-approval.ts';
import { sweep } from './sweep.ts';

const setting = 'tick';

/**
 * What happens by itself, once a minute: runs of the schedule, freezes whose time has come, doubts that have grown too old,
 * finished issues, outcomes nobody reported. Several at once do no harm; the lock only spares the work.
 */
export async function tick(ctx: Context): Promise<void> {
  await ctx.db.connection().execute(async (connection) => {
    const { rows } = await sql<{ got: boolean }>`select pg_try_advisory_lock(hashtext('tick')) as got`.execute(
      connection,
    );
    if (rows[0]?.got !== true) return;
    try {
      await runTick(ctx);
    } finally {
      await sql`select pg_advisory_unlock(hashtext('tick'))`.execute(connection);
    }
  });
}

async function runTick(ctx: Context): Promise<void> {
  for (const act of await actOnDueRuns(ctx)) ctx.log.info({ act }, 'the schedule acted');
  await freezeIssuesDue(ctx);
  await remindOfApproval(ctx);
  await expireDoubts(ctx);
  await sweep(ctx);
  if (await isReconcileDue(ctx)) await ctx.queue.ring('reconcile', [{}]);
  const value = JSON.stringify({ at: ctx.clock.now().toISOString() });
  await ctx.db
    .insertInto('settings')
    .values({ key: setting, value, updatedBy: 'tick', updatedAt: ctx.clock.now() })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value, updatedAt: ctx.clock.now() }))
    .execute();
}

/** How long ago the last tick ended, in milliseconds; Infinity where there was none. */
export async function measureTickAge(ctx: Context): Promise<number> {
  const row = await ctx.db.selectFrom('settings').select('updatedAt').where('key', '=', setting).executeTakeFirst();
  return row === undefined ? Infinity : ctx.clock.now().getTime() - row.updatedAt.getTime();
}
