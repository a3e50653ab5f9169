import type { Db, Tx } from '../database.ts';
import { inTransaction } from '../platform/transaction.ts';
import { recordAudit } from '../subscribers/audit.ts';

export interface PauseChange {
  id: string;
  by: string;
  now: Date;
}

/** Stops the schedule: nothing is composed, approved or expired until it is resumed. What is approved already still goes out. */
export async function pauseSchedule(db: Db, { id, by, now }: PauseChange): Promise<void> {
  await inTransaction(db, async (tx) => {
    const paused = await tx
      .updateTable('schedules')
      .set({ pausedAt: now })
      .where('id', '=', id)
      .where('pausedAt', 'is', null)
      .returning('id')
      .executeTakeFirst();
    if (paused !== undefined) await recordAudit(tx, { actor: by, action: 'pause', entity: 'schedule', entityId: id });
  });
}

/** Goes on with the next slot; those that passed during the pause are not caught up. */
export async function resumeSchedule(db: Db, { id, by, now }: PauseChange): Promise<void> {
  await inTransaction(db, async (tx) => {
    const resumed = await tx
      .updateTable('schedules')
      .set({ pausedAt: null, startsAt: now })
      .where('id', '=', id)
      .where('pausedAt', 'is not', null)
      .returning('id')
      .executeTakeFirst();
    if (resumed === undefined) return;
    await skipRunsPassed(tx, id, now);
    await recordAudit(tx, { actor: by, action: 'resume', entity: 'schedule', entityId: id });
  });
}

async function skipRunsPassed(tx: Tx, scheduleId: string, now: Date): Promise<void> {
  await tx
    .updateTable('runs')
    .set({ state: 'skipped', reason: 'The schedule was paused at this send time.', endedAt: now })
    .where('scheduleId', '=', scheduleId)
    .where('state', '=', 'due')
    .where('issueId', 'is', null)
    .where('slotAt', '<=', now)
    .execute();
}
