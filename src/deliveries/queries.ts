import { sql } from 'kysely';
import type { Context } from '../context.ts';
import type { Db, Tx } from '../database.ts';
import { type BatchState, leaseMs } from './batch.ts';
import type { DeliveryState, Outcome } from './delivery.ts';

/** A process that stands still in the middle of this transaction holds its locks no longer than a lease: the server ends it. */
export async function endWithLease(ctx: Context, tx: Tx, lockTimeoutMs?: number): Promise<void> {
  const limit = `${leaseMs(ctx.config.callDeadlineMs)}ms`;
  const lockTimeout = lockTimeoutMs === undefined ? sql`current_setting('lock_timeout')` : sql`${`${lockTimeoutMs}ms`}`;
  await sql`
    select set_config('idle_in_transaction_session_timeout', ${limit}, true),
      set_config('lock_timeout', ${lockTimeout}, true)`.execute(tx);
}

export interface LockedBatch {
  id: string;
  issueId: string;
  state: BatchState;
  dueAt: Date;
  revisionId: string | null;
  freezeNumber: number;
  attempt: number;
  doubts: number;
  bodySha256: string | null;
  firstSubmitAt: Date | null;
  doubtSince: Date | null;
  /** Start of the newest call whose end nobody saved. */
  callStartedAt: Date | null;
}

/** Locks a batch that may be claimed now; undefined when it is not due, not claimable, or in another worker's hands. */
export async function lockBatchForClaim(tx: Tx, batchId: string, now: Date): Promise<LockedBatch | undefined> {
  const found = await sql<LockedBatch>`
    select b.id, b.issue_id, b.state, b.due_at, b.revision_id, b.freeze_number, b.attempt, b.doubts, b.body_sha256,
      b.first_submit_at, b.doubt_since,
      (select max(c.started_at) from calls c where c.batch_id = b.id and c.ended_at is null) as call_started_at
    from batches b
    where b.id = ${batchId} and b.ring_at <= ${now} and b.due_at <= ${now}
      and (b.state in ('waiting', 'doubt') or (b.state = 'calling' and b.lease_until <= ${now}))
    for update of b skip locked`.execute(tx);
  return found.rows[0];
}

export interface Member {
  id: string;
  subscriberId: string;
  variant: number;
  address: string | null;
  name: string | null;
}

/** The waiting deliveries of a batch, in the order of its body. */
export async function listMembersWaiting(db: Db, batchId: string): Promise<Member[]> {
  return db
    .selectFrom('deliveries')
    .select(['id', 'subscriberId', 'variant', 'address', 'name'])
    .where('batchId', '=', batchId)
    .where('state', '=', 'waiting')
    .orderBy('batchPosition')
    .execute();
}

export interface NewCall {
  attempt: number;
  idempotencyKey: string;
  bodySha256: string;
  mailsCount: number;
  startedAt: Date;
  leaseUntil: Date;
}

/** Writes down that a call is about to be made, with the batch as it is during it: the evidence, before the call. Answers its id. */
export async function insertCall(tx: Tx, batch: LockedBatch, call: NewCall): Promise<string> {
  const made = await sql<{ id: string }>`
    with calling as (
      update batches set state = 'calling', attempt = ${call.attempt}, body_sha256 = ${call.bodySha256},
        revision_id = ${batch.revisionId}, freeze_number = ${batch.freezeNumber}, doubts = ${batch.doubts},
        doubt_since = ${batch.doubtSince}, lease_until = ${call.leaseUntil}, first_submit_at = ${batch.firstSubmitAt}
      where id = ${batch.id} returning id)
    insert into calls (batch_id, attempt, idempotency_key, body_sha256, mails_count, started_at)
    select id, ${call.attempt}, ${call.idempotencyKey}, ${call.bodySha256}, ${call.mailsCount}, ${call.startedAt}
    from calling returning id`.execute(tx);
  const [row] = made.rows;
  if (row === undefined) throw new Error(`batch ${batch.id} is gone`);
  return row.id;
}

export interface EndedCall {
  endedAt: Date;
  verdict: 'yes' | 'no' | 'doubt';
  status: number | null;
  errorName: string | null;
  errorMessage: string | null;
}

/** Writes down how a call ended. */
export async function updateCallEnded(tx: Tx, callId: string, ended: EndedCall): Promise<void> {
  await tx.updateTable('calls').set(ended).where('id', '=', callId).execute();
}

/** What one sweep rings is worked off before the next: ringing more of them again and again costs more than it brings. */
const dueBatchesLimit = 200;

/** Batches to ring now, oldest first; none while sending is switched off or the provider asked us to hold. */
export async function listBatchesDue(db: Db, now: Date): Promise<{ batchId: string; attempt: number }[]> {
  const due = await sql<{ batchId: string; attempt: number }>`
    select b.id as batch_id, b.attempt from batches b join issues i on i.id = b.issue_id
    where i.state = 'sending' and b.ring_at <= ${now} and b.due_at <= ${now}
      and (b.state in ('waiting', 'doubt') or (b.state = 'calling' and b.lease_until <= ${now}))
      and (select is_on from sending_switch) and (select hold_until <= clock_timestamp() from provider_limits)
    order by b.due_at, b.ordinal limit ${dueBatchesLimit}`.execute(db);
  return due.rows;
}

/** Provider calls of an issue that a live worker is waiting for. */
export async function countCallsUnderWay(db: Db, issueId: string, now: Date): Promise<number> {
  const row = await db
    .selectFrom('batches')
    .select((eb) => eb.fn.countAll<string>().as('count'))
    .where('issueId', '=', issueId)
    .where('state', '=', 'calling')
    .where('leaseUntil', '>', now)
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/** Marks deliveries accepted and keeps the provider's ids; what is accepted already stays as it is. */
export async function acceptDeliveries(tx: Tx, ids: readonly string[], now: Date): Promise<void> {
  await sql`
    update deliveries set state = 'accepted', accepted_at = ${now}, reason = null
    where id = any(${[...ids]}::uuid[]) and state in ('waiting', 'unknown', 'failed')`.execute(tx);
}

export interface ProviderMessage {
  providerId: string;
  deliveryId: string;
}

/** Keeps which of the provider's ids belongs to which delivery; what is known already stays as it is. */
export async function insertProviderMessages(tx: Tx, messages: readonly ProviderMessage[]): Promise<void> {
  const providerIds = messages.map(({ providerId }) => providerId);
  const deliveryIds = messages.map(({ deliveryId }) => deliveryId);
  await sql`
    insert into provider_messages (provider_id, delivery_id)
    select * from unnest(${providerIds}::text[], ${deliveryIds}::uuid[]) on conflict do nothing`.execute(tx);
}

export interface FoundDelivery {
  id: string;
  issueId: string;
  batchId: string;
  addressHash: string;
  state: DeliveryState;
  /** The provider's id is that of a mail a person has had sent again since. */
  isSuperseded: boolean;
}

/** The delivery an event is about: by our own tag, else by the provider's id. */
export async function findDeliveryByProvider(
  db: Db,
  named: { deliveryId: string | null; providerId: string | null },
): Promise<FoundDelivery | undefined> {
  const { deliveryId, providerId } = named;
  const isSuperseded = sql<boolean>`exists (select from provider_messages p
    where p.provider_id = ${providerId} and p.delivery_id = d.id and p.superseded_at is not null)`;
  const query = db
    .selectFrom('deliveries as d')
    .select(['d.id', 'd.issueId', 'd.batchId', 'd.addressHash', 'd.state', isSuperseded.as('isSuperseded')]);
  const tagged = deliveryId === null ? undefined : await query.where('d.id', '=', deliveryId).executeTakeFirst();
  if (tagged !== undefined || providerId === null) return tagged;
  return query
    .innerJoin('providerMessages as m', 'm.deliveryId', 'd.id')
    .where('m.providerId', '=', providerId)
    .executeTakeFirst();
}

export interface Report {
  deliveryId: string;
  outcome: Outcome;
  at: Date;
  /** The provider's words for a failure. */
  reason: string | null;
}

/** Moves a delivery's outcome forward: by rank, among equals to the latest, so that the order of arrival decides nothing. */
export async function recordOutcome(tx: Tx, { deliveryId, outcome, at, reason }: Report): Promise<void> {
  await tx
    .updateTable('deliveries')
    .set({ outcome, outcomeAt: at, ...(outcome === 'failed' ? { reason } : {}) })
    .where('id', '=', deliveryId)
    .where('state', '=', 'accepted')
    .where(
      sql<boolean>`(outcome_rank(${outcome}), ${at}::timestamptz, ${outcome}::text) > (outcome_rank(outcome), outcome_at, outcome)`,
    )
    .execute();
}
