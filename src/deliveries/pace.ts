import { sql } from 'kysely';
import type { Context } from '../context.ts';

export type Lane = 'batch' | 'mail';

/** Before the provider has stated its limit: the lowest it ever documented, requests a second. */
const startingRate = 2;
/** A slot further away than this is not waited for: the job ends and the sweep rings again. */
const patienceMs = 10_000;

/** Requests a second for a lane: a fifth, at least one, is kept for single mails, so that a confirmation never waits for an issue. */
export function laneRate(lane: Lane, rate: number): number {
  const kept = Math.min(Math.max(rate / 5, 1), rate / 2);
  return lane === 'mail' ? kept : rate - kept;
}

/**
 * Reserves the next evenly spaced moment for a provider call, shared by every process, and waits for it.
 * False: the provider asked everybody to hold, too many are before us, or we are stopping; nothing is reserved then.
 */
export async function waitForPace(ctx: Context, lane: Lane, signal?: AbortSignal): Promise<boolean> {
  if (ctx.config.rateLimit === 0) return isGoing(signal);
  const limits = await ctx.db
    .selectFrom('providerLimits')
    .select(['statedRate', msUntil('holdUntil').as('holdMs')])
    .executeTakeFirstOrThrow();
  if (limits.holdMs > patienceMs || !isGoing(signal)) return false;
  const rate = Math.min(limits.statedRate ?? startingRate, ctx.config.rateLimit);
  const gapMs = 1000 / laneRate(lane, rate);
  const slot = await ctx.db
    .updateTable('providerPace')
    .set({
      nextAt: sql`greatest(next_at, clock_timestamp(), (select hold_until from provider_limits)) + make_interval(secs => ${gapMs / 1000})`,
    })
    .where('lane', '=', lane)
    .where(msUntil('nextAt'), '<=', patienceMs)
    .returning(msUntil('nextAt').as('untilMs'))
    .executeTakeFirst();
  if (slot === undefined) return false;
  await ctx.clock.sleep(slot.untilMs - gapMs, signal);
  return isGoing(signal);
}

function msUntil(column: 'holdUntil' | 'nextAt') {
  return sql<number>`(extract(epoch from ${sql.ref(column)} - clock_timestamp()) * 1000)::double precision`;
}

/** Follows the provider's own statement of its rate. */
export async function noteStatedRate(ctx: Context, statedRate: number | null): Promise<void> {
  if (statedRate === null) return;
  await ctx.db
    .updateTable('providerLimits')
    .set({ statedRate })
    .where('statedRate', 'is distinct from', statedRate)
    .execute();
}

const doubtHoldLimitMs = 60_000;

/**
 * Holds every process back after a 429, and ever longer while calls get no answer to rely on; an answer of any kind lets go.
 * Answers how many calls in a row went so, this one included.
 */
export async function noteHold(ctx: Context, answer: { waitMs: number } | 'no-answer' | 'clear'): Promise<number> {
  const update = ctx.db.updateTable('providerLimits');
  if (answer === 'clear') {
    await update.set({ doubtStreak: 0 }).where('doubtStreak', '>', 0).execute();
    return 0;
  }
  const holdMs =
    answer === 'no-answer'
      ? sql<number>`least(${doubtHoldLimitMs}, 250 * power(2, least(doubt_streak, 10)))`
      : sql<number>`${answer.waitMs}`;
  const noted = await update
    .set({
      doubtStreak: answer === 'no-answer' ? sql`doubt_streak + 1` : 0,
      holdUntil: sql`greatest(hold_until, clock_timestamp() + ${holdMs} * interval '1 millisecond')`,
    })
    .returning('doubtStreak')
    .executeTakeFirstOrThrow();
  return noted.doubtStreak;
}

function isGoing(signal: AbortSignal | undefined): boolean {
  return signal?.aborted !== true;
}
