import { z } from 'zod';
import type { Context } from '../context.ts';
import { reconcile, type Reconciled } from './reconcile.ts';

/** Most outcomes are reported within minutes; what is missing after this long is asked for. */
export const silentHours = 6;
/** The same mail is asked about once a day at most. */
const askAgainHours = 24;
/** Answers one job gets at most; the next tick rings for the rest. */
export const reconcileCountLimit = 100;

const hourMs = 3_600_000;
/** How long nobody looks, after a look that ended so. */
const restMs: Record<Reconciled['ended'], number> = {
  done: hourMs,
  silent: 5 * 60_000,
  refused: 24 * hourMs,
  stopped: 0,
};

const key = 'reconcile';
const restForm = z.object({ until: z.iso.datetime() });

/** Whether it is time to look for outcomes that were never reported. */
export async function isReconcileDue({ db, clock }: Context): Promise<boolean> {
  const row = await db.selectFrom('settings').select('value').where('key', '=', key).executeTakeFirst();
  const rest = restForm.safeParse(row?.value);
  return !rest.success || new Date(rest.data.until) <= clock.now();
}

/** The job behind `reconcile`: a bounded number of questions, then a rest that depends on how they ended. */
export async function reconcileDue(ctx: Context, signal?: AbortSignal): Promise<void> {
  if (!(await isReconcileDue(ctx))) return;
  const now = ctx.clock.now().getTime();
  const result = await reconcile(ctx, {
    acceptedBefore: new Date(now - silentHours * hourMs),
    askedBefore: new Date(now - askAgainHours * hourMs),
    limit: reconcileCountLimit,
    signal,
  });
  const isMore = result.ended === 'done' && result.asked === reconcileCountLimit;
  if (!isMore) await rest(ctx, restMs[result.ended]);
  if (result.asked > 0) ctx.log.info(result, 'asked the provider about mails nobody had reported on');
  if (result.ended === 'refused')
    ctx.log.warn(result, 'this key may not read what became of a mail; outcomes come by webhooks alone');
}

async function rest(ctx: Context, ms: number): Promise<void> {
  const updatedAt = ctx.clock.now();
  const value = JSON.stringify({ until: new Date(updatedAt.getTime() + ms).toISOString() });
  await ctx.db
    .insertInto('settings')
    .values({ key, value, updatedBy: 'reconcile', updatedAt })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value, updatedAt }))
    .execute();
}
