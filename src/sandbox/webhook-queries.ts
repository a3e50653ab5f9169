import { sql } from 'kysely';
import type { SandboxDb } from './tables.ts';

/** An event taken for delivery; `attempts` includes the one to be made. */
export interface ClaimedWebhook {
  id: string;
  type: string;
  payload: string;
  attempts: number;
}

/** How one attempt ended: the HTTP status or the name of the failure, and whether the endpoint took the event. */
export interface AttemptResult {
  delivered: boolean;
  status: string;
}

/** Takes due events for one process; no other process gets them before `claimedUntil`. */
export async function claimWebhooks(
  db: SandboxDb,
  count: number,
  { now, claimedUntil }: { now: Date; claimedUntil: Date },
): Promise<ClaimedWebhook[]> {
  const due = db
    .selectFrom('events')
    .select('seq')
    .where('nextAt', '<=', now)
    .where((eb) => eb.or([eb('claimedUntil', 'is', null), eb('claimedUntil', '<', now)]))
    .orderBy('nextAt')
    .orderBy('seq')
    .limit(count)
    .forUpdate()
    .skipLocked();
  return db
    .updateTable('events')
    .set({ claimedUntil, attempts: sql<number>`attempts + 1` })
    .where('seq', 'in', due)
    .returning(['id', 'type', 'payload', 'attempts'])
    .execute();
}

/** Writes down that these events were taken by the endpoint. */
export async function updateWebhooksDelivered(
  db: SandboxDb,
  ids: string[],
  result: AttemptResult & { at: Date },
): Promise<void> {
  await db
    .updateTable('events')
    .set({ nextAt: null, claimedUntil: null, lastStatus: result.status, deliveredAt: result.at })
    .where('id', 'in', ids)
    .execute();
}

/** Writes down a failed attempt and when the next one is due; null gives the event up. */
export async function updateWebhookFailed(
  db: SandboxDb,
  id: string,
  end: { status: string; nextAt: Date | null },
): Promise<void> {
  await db
    .updateTable('events')
    .set({ nextAt: end.nextAt, claimedUntil: null, lastStatus: end.status })
    .where('id', '=', id)
    .execute();
}

/** Which events to send again by hand: one by its id, or those of a mail, all or of one type. */
export interface WebhookChoice {
  id?: string | undefined;
  mailId?: string | undefined;
  type?: string | undefined;
}

/** At most 100 events of a choice, in the order they were made. */
export async function listWebhooksByChoice(
  db: SandboxDb,
  choice: WebhookChoice,
): Promise<Omit<ClaimedWebhook, 'attempts'>[]> {
  const { id, mailId, type } = choice;
  return db
    .selectFrom('events')
    .select(['id', 'type', 'payload'])
    .$if(id !== undefined, (query) => query.where('id', '=', id ?? ''))
    .$if(mailId !== undefined, (query) => query.where('mailId', '=', mailId ?? ''))
    .$if(type !== undefined, (query) => query.where('type', '=', type ?? ''))
    .orderBy('seq')
    .limit(100)
    .execute();
}
