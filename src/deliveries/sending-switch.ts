import type { Context } from '../context.ts';
import type { Db } from '../database.ts';
import { inTransaction } from '../platform/transaction.ts';

/** Why only a command of its own switches sending on again: the database may be a restored or copied one. */
export type Hold = 'restored';

export interface SendingSwitch {
  isOn: boolean;
  reason: string | null;
  hold: Hold | null;
  /** When it goes on by itself; null waits for a person. */
  resumesAt: Date | null;
}

/** Whether anything may be sent now, and why not. */
export async function getSendingSwitch(db: Db): Promise<SendingSwitch> {
  return db.selectFrom('sendingSwitch').select(['isOn', 'reason', 'resumesAt', 'hold']).executeTakeFirstOrThrow();
}

/**
 * Switches all sending off; true when that changed something. A claim that holds the switch ends first: after this returns no new
 * call begins. Where it was off until a stated moment and this waits for a person, this counts.
 */
export async function switchSendingOff(
  ctx: Context,
  { reason, by, resumesAt }: { reason: string; by: string; resumesAt: Date | null },
): Promise<boolean> {
  return inTransaction(ctx.db, async (tx) => {
    const before = await tx
      .selectFrom('sendingSwitch')
      .select(['isOn', 'resumesAt'])
      .forUpdate()
      .executeTakeFirstOrThrow();
    const endsByItself = before.resumesAt !== null && resumesAt === null;
    if (!before.isOn && !endsByItself) return false;
    const change = { isOn: false, reason, resumesAt, changedAt: ctx.clock.now(), changedBy: by };
    await tx.updateTable('sendingSwitch').set(change).execute();
    await tx
      .insertInto('auditLog')
      .values({ actor: by, action: 'sending-off', entity: 'sending', entityId: null, note: reason })
      .execute();
    return true;
  });
}

/** Switches sending on again; true when it was off and nothing holds it. With `dueAt` only what was to go on by itself by then. */
export async function switchSendingOn(ctx: Context, { by, dueAt }: { by: string; dueAt?: Date }): Promise<boolean> {
  return inTransaction(ctx.db, async (tx) => {
    const off = tx.updateTable('sendingSwitch').where('isOn', '=', false).where('hold', 'is', null);
    const due = dueAt === undefined ? off : off.where('resumesAt', '<=', dueAt);
    const changed = await due
      .set({ isOn: true, reason: null, resumesAt: null, changedAt: ctx.clock.now(), changedBy: by })
      .executeTakeFirst();
    if (changed.numUpdatedRows === 0n) return false;
    await tx
      .insertInto('auditLog')
      .values({ actor: by, action: 'sending-on', entity: 'sending', entityId: null })
      .execute();
    await tx.updateTable('providerLimits').set({ doubtStreak: 0, holdUntil: ctx.clock.now() }).execute();
    return true;
  });
}

/** Switches on what was off until a stated moment, once that has come (a daily quota). */
export async function switchOnWhenDue(ctx: Context): Promise<void> {
  const { isOn, resumesAt } = await getSendingSwitch(ctx.db);
  const dueAt = ctx.clock.now();
  // Looked at without a lock; the change itself looks again.
  if (!isOn && resumesAt !== null && resumesAt <= dueAt) await switchSendingOn(ctx, { by: 'program', dueAt });
}

/** Resend's daily quota counts the UTC calendar day. Source: Resend docs, account-quotas-and-limits. */
export function nextUtcMidnight(now: Date): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + 1));
}
