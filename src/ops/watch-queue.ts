import type { Context } from '../context.ts';
import { raiseAlert } from '../mails/raise-alert.ts';
import type { Refusal } from '../platform/refusal.ts';

const setting = 'queue-trouble';
/** One process may see what another does not, so trouble is taken for over only this long after it was told of. */
const staysToldMs = 10 * 60_000;

/**
 * Looks at the queue and tells the operator of trouble that was there at the last look too: once, whoever else sees it. Answers
 * what to hand in at the next look.
 */
export async function watchQueue(ctx: Context, before: Refusal | undefined): Promise<Refusal | undefined> {
  const trouble = await ctx.queue.findTrouble();
  if (trouble === undefined) await endTrouble(ctx);
  else if (before !== undefined) await tellTrouble(ctx, trouble);
  return trouble;
}

async function tellTrouble(ctx: Context, { refused, sentence }: Refusal): Promise<void> {
  const told = await ctx.db
    .insertInto('settings')
    .values({ key: setting, value: JSON.stringify({ refused }), updatedBy: 'watch', updatedAt: ctx.clock.now() })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  if (told.numInsertedOrUpdatedRows !== 1n) return;
  await raiseAlert(ctx, {
    code: 'queue-trouble',
    sentence: `${sentence} What is due stands in the database and is rung again once the queue is well.`,
    entity: 'queue',
    entityId: null,
  });
}

async function endTrouble(ctx: Context): Promise<void> {
  const toldBefore = new Date(ctx.clock.now().getTime() - staysToldMs);
  const ended = await ctx.db
    .deleteFrom('settings')
    .where('key', '=', setting)
    .where('updatedAt', '<', toldBefore)
    .executeTakeFirst();
  if (ended.numDeletedRows > 0n) ctx.log.info('the queue is well again');
}
