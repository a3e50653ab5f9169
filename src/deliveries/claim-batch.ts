import { createHash } from 'node:crypto';
import type { Context } from '../context.ts';
import type { Tx } from '../database.ts';
import { failpoint } from '../platform/failpoint.ts';
import { inTransaction } from '../platform/transaction.ts';
import { batchBytesLimit, doubtLimitMs, idempotencyKeyOf, lateLimitMs, leaseMs } from './batch.ts';
import { writeBatchBody } from './batch-body.ts';
import { settleConsent } from './consent.ts';
import { giveUpBatch, splitBatch } from './end-batch.ts';
import {
  endWithLease,
  insertCall,
  listMembersWaiting,
  lockBatchForClaim,
  type LockedBatch,
  type Member,
} from './queries.ts';

/** A batch ready for its call: committed, so that this moment is its first submit. */
export interface Claim {
  batchId: string;
  issueId: string;
  attempt: number;
  freezeNumber: number;
  idempotencyKey: string;
  body: Uint8Array;
  deliveryIds: string[];
  callId: string;
  startedAt: Date;
}

/** Why there is nothing to call. */
export type NoClaim =
  | 'switched-off'
  | 'not-sending'
  | 'not-due'
  | 'late'
  | 'other-provider'
  | 'all-excluded'
  | 'split'
  | 'unknown'
  | 'blocked';

/** A row or table that stays locked longer than this puts the batch off: it is tried again, and the others are not held up. */
const claimLockTimeoutMs = 5_000;

/**
 * Takes one batch: consent is re-read and the bytes are fixed in one transaction, whose commit is the first submit.
 * Locks, always in this order: sending switch, issue, batch, subscribers by id.
 */
export async function claimBatch(ctx: Context, batchId: string): Promise<Claim | NoClaim> {
  return inTransaction(ctx.db, async (tx) => {
    const now = ctx.clock.now();
    await endWithLease(ctx, tx, claimLockTimeoutMs);
    const sending = await tx
      .selectFrom('sendingSwitch')
      .select(['isOn', 'changedAt'])
      .forShare()
      .executeTakeFirstOrThrow();
    if (!sending.isOn) return 'switched-off';
    const issue = await tx
      .selectFrom('issues')
      .innerJoin('batches', 'batches.issueId', 'issues.id')
      .select(['issues.id', 'issues.state', 'issues.revisionId', 'issues.providerIdentity', 'issues.resumedAt'])
      .where('batches.id', '=', batchId)
      .forShare('issues')
      .executeTakeFirst();
    if (issue === undefined || issue.state !== 'sending') return 'not-sending';
    if (issue.providerIdentity !== ctx.mailer.identity) return 'other-provider';
    const batch = await lockBatchForClaim(tx, batchId, now);
    if (batch === undefined) return 'not-due';
    // What waited for a quota or a person with all sending off is not late by that.
    const dueAt = Math.max(...[batch.dueAt, issue.resumedAt, sending.changedAt].map((at) => at?.getTime() ?? 0));
    if (now.getTime() - dueAt > lateLimitMs) return 'late';
    return batch.state === 'waiting'
      ? freezeBatch(ctx, tx, { batch, revisionId: issue.revisionId ?? '', now })
      : repeatBatch(ctx, tx, { batch, now });
  });
}

interface Freezing {
  batch: LockedBatch;
  revisionId: string;
  now: Date;
}

/** A waiting batch: who may still be mailed is decided here, under their row locks, and never again for these bytes. */
async function freezeBatch(ctx: Context, tx: Tx, freezing: Freezing): Promise<Claim | NoClaim> {
  const { batch, revisionId, now } = freezing;
  const members = await settleConsent(tx, batch.id, now);
  const staying = members.filter((member) => member.exclusion === null);
  if (staying.length === 0) {
    await tx.updateTable('batches').set({ state: 'excluded' }).where('id', '=', batch.id).execute();
    return 'all-excluded';
  }
  const frozen = { ...batch, revisionId, freezeNumber: batch.freezeNumber + 1, doubts: 0, doubtSince: null };
  const body = await writeBatchBody(ctx, tx, { revisionId, members: staying });
  if (body.length > batchBytesLimit && staying.length > 1) {
    await splitBatch(tx, batch.id, now);
    return 'split';
  }
  return submit(ctx, tx, { batch: frozen, members: staying, body, now });
}

/** A batch in doubt, or one whose worker died: the same bytes under the same key, or a person. */
async function repeatBatch(
  ctx: Context,
  tx: Tx,
  { batch, now }: { batch: LockedBatch; now: Date },
): Promise<Claim | NoClaim> {
  const since = batch.doubtSince ?? batch.callStartedAt ?? now;
  if (now.getTime() - since.getTime() > doubtLimitMs) {
    await giveUpBatch(tx, batch.id, 'the provider can no longer be asked safely');
    return 'unknown';
  }
  const members = await listMembersWaiting(tx, batch.id);
  const frozen = members.filter((member) => member.address !== null);
  const body = await writeBatchBody(ctx, tx, { revisionId: batch.revisionId ?? '', members: frozen });
  if (sha256(body) !== batch.bodySha256) {
    const lastError = 'the bytes made again differ from those first sent';
    await tx.updateTable('batches').set({ state: 'blocked', lastError }).where('id', '=', batch.id).execute();
    return 'blocked';
  }
  const lostCall = batch.state === 'calling' ? 1 : 0;
  const doubting = { ...batch, doubts: batch.doubts + lostCall, doubtSince: since };
  return submit(ctx, tx, { batch: doubting, members: frozen, body, now });
}

interface Submission {
  batch: LockedBatch;
  members: Member[];
  body: Uint8Array;
  now: Date;
}

async function submit(ctx: Context, tx: Tx, { batch, members, body, now }: Submission): Promise<Claim> {
  const attempt = batch.attempt + 1;
  const bodySha256 = sha256(body);
  const idempotencyKey = idempotencyKeyOf(batch.id, batch.freezeNumber);
  const leaseUntil = new Date(now.getTime() + leaseMs(ctx.config.callDeadlineMs));
  const firstSubmitAt = batch.doubts > 0 ? batch.firstSubmitAt : now;
  const call = { attempt, idempotencyKey, bodySha256, mailsCount: members.length, startedAt: now };
  const callId = await insertCall(tx, { ...batch, firstSubmitAt }, { ...call, leaseUntil });
  failpoint('before-claim-commit');
  const deliveryIds = members.map((member) => member.id);
  const { issueId, freezeNumber } = batch;
  return {
    batchId: batch.id,
    issueId,
    attempt,
    freezeNumber,
    idempotencyKey,
    body,
    deliveryIds,
    callId,
    startedAt: now,
  };
}

function sha256(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('hex');
}
