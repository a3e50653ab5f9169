import { sql } from 'kysely';
import type { Db, Tx } from '../database.ts';
import type { ProviderEventState } from './provider-event.ts';

export interface NewEvent {
  svixId: string;
  type: string;
  occurredAt: Date | null;
  receivedAt: Date;
  payload: unknown;
}

/** Stores an event once; false when it is known already. */
export async function insertEventUnlessKnown(db: Db, event: NewEvent): Promise<boolean> {
  const { payload, ...columns } = event;
  const added = await db
    .insertInto('providerEvents')
    .values({ ...columns, ringAt: event.receivedAt, payload: JSON.stringify(payload) })
    .onConflict((conflict) => conflict.column('svixId').doNothing())
    .executeTakeFirst();
  return added.numInsertedOrUpdatedRows === 1n;
}

export interface WaitingEvent {
  svixId: string;
  type: string;
  receivedAt: Date;
  payload: unknown;
}

/** Locks an event that still waits; undefined when it is settled or in another worker's hands. */
export async function lockEventWaiting(tx: Tx, svixId: string): Promise<WaitingEvent | undefined> {
  return tx
    .selectFrom('providerEvents')
    .select(['svixId', 'type', 'receivedAt', 'payload'])
    .where('svixId', '=', svixId)
    .where('state', 'in', ['received', 'parked'])
    .forUpdate()
    .skipLocked()
    .executeTakeFirst();
}

/** When the fact behind an event happened, or else when we got it; undefined where there is no such event. */
export async function findEventTime(db: Db, svixId: string): Promise<Date | undefined> {
  const row = await db
    .selectFrom('providerEvents')
    .select(['occurredAt', 'receivedAt'])
    .where('svixId', '=', svixId)
    .executeTakeFirst();
  return row === undefined ? undefined : (row.occurredAt ?? row.receivedAt);
}

export interface EventEnd {
  state: ProviderEventState;
  note?: string;
  deliveryId?: string;
  ringAt?: Date;
  settledAt: Date | null;
}

/** Writes down what became of an event; with `ringAt` it is tried again then. */
export async function updateEvent(tx: Tx, svixId: string, end: EventEnd): Promise<void> {
  const { state, note = null, deliveryId = null, ringAt, settledAt } = end;
  await tx
    .updateTable('providerEvents')
    .set({
      state,
      note,
      deliveryId,
      settledAt,
      attempts: sql`attempts + 1`,
      ...(ringAt === undefined ? {} : { ringAt }),
    })
    .where('svixId', '=', svixId)
    .execute();
}

/** Events to apply now, oldest first. */
export async function listSvixIdsDue(db: Db, { now, limit }: { now: Date; limit: number }): Promise<string[]> {
  const rows = await db
    .selectFrom('providerEvents')
    .select('svixId')
    .where('state', 'in', ['received', 'parked'])
    .where('ringAt', '<=', now)
    .orderBy('ringAt')
    .limit(limit)
    .execute();
  return rows.map((row) => row.svixId);
}

/** Leaves an event that still waits alone until then. */
export async function putEventOff(db: Db, svixId: string, ringAt: Date): Promise<void> {
  await db
    .updateTable('providerEvents')
    .set({ ringAt })
    .where('svixId', '=', svixId)
    .where('state', 'in', ['received', 'parked'])
    .execute();
}
