import type { Context } from '../context.ts';
import type { Tx } from '../database.ts';
import { raiseAlert } from '../mails/raise-alert.ts';
import { failpoint } from '../platform/failpoint.ts';
import type { ProviderAnswer } from '../platform/mailer.ts';
import { inTransaction } from '../platform/transaction.ts';
import { decideNextStep, type NextStep } from './batch.ts';
import type { Claim } from './claim-batch.ts';
import { excludeBatch, failBatch, giveUpBatch, splitBatch } from './end-batch.ts';
import { judgeAnswer, type Judgement, waitLimitMs } from './judge-answer.ts';
import { noteHold, noteStatedRate } from './pace.ts';
import { acceptDeliveries, endWithLease, insertProviderMessages, updateCallEnded } from './queries.ts';
import { nextUtcMidnight, switchSendingOff } from './sending-switch.ts';

/** Saves how a call ended. Attempt numbers fence every write but one: an acceptance in hand is always saved. */
export async function settleCall(ctx: Context, claim: Claim, answer: ProviderAnswer): Promise<Judgement> {
  const judgement = judgeAnswer(answer, claim.deliveryIds.length);
  if (judgement.verdict === 'no') await switchOffFor(ctx, judgement, answer);
  failpoint('before-settle');
  const step = await inTransaction(ctx.db, async (tx) => {
    await endWithLease(ctx, tx);
    const verdict = judgement.verdict;
    const { status, errorName } = answer;
    const errorMessage = withoutAddresses(answer.errorMessage);
    await updateCallEnded(tx, claim.callId, { endedAt: ctx.clock.now(), verdict, status, errorName, errorMessage });
    const batch = await lockBatch(tx, claim);
    if (judgement.verdict === 'yes') {
      await saveAcceptance(ctx, tx, { claim, ids: judgement.ids, isSameFreeze: batch.isSameFreeze });
      failpoint('before-settle-commit');
      return undefined;
    }
    if (!batch.isOurs) return undefined;
    const mailsCount = claim.deliveryIds.length;
    const step = decideNextStep({
      judgement,
      mailsCount,
      doubts: batch.doubts,
      now: ctx.clock.now(),
      jitter: Math.random(),
    });
    await takeStep(ctx, tx, { claim, step, answer, isCancelled: batch.isCancelled });
    return step;
  });
  await noteStatedRate(ctx, answer.statedRate);
  const unansweredCount = await noteHold(ctx, holdAfter(judgement));
  if (step !== undefined) await tellOperator(ctx, claim, step);
  await tellLongWait(ctx, judgement, answer);
  if (unansweredCount === unansweredAlertCount) await tellNoAnswer(ctx, answer);
  return judgement;
}

function holdAfter(judgement: Judgement): Parameters<typeof noteHold>[1] {
  if (judgement.verdict === 'yes') return 'clear';
  if (judgement.cause === 'slow-down') return { waitMs: judgement.waitMs };
  const hasNoAnswer = judgement.cause === 'unknown' || judgement.cause === 'unreached';
  return hasNoAnswer ? 'no-answer' : 'clear';
}

interface BatchInHand {
  doubts: number;
  /** Nobody has claimed it since. */
  isOurs: boolean;
  isSameFreeze: boolean;
  isCancelled: boolean;
}

async function lockBatch(tx: Tx, claim: Claim): Promise<BatchInHand> {
  const batch = await tx
    .selectFrom('batches')
    .innerJoin('issues', 'issues.id', 'batches.issueId')
    .select([
      'batches.attempt',
      'batches.state',
      'batches.doubts',
      'batches.freezeNumber',
      'issues.state as issueState',
    ])
    .where('batches.id', '=', claim.batchId)
    .forUpdate('batches')
    .executeTakeFirstOrThrow();
  return {
    doubts: batch.doubts,
    isOurs: batch.attempt === claim.attempt && batch.state === 'calling',
    isSameFreeze: batch.freezeNumber === claim.freezeNumber,
    isCancelled: batch.issueState === 'cancelled',
  };
}

interface Acceptance {
  claim: Claim;
  ids: string[];
  isSameFreeze: boolean;
}

async function saveAcceptance(ctx: Context, tx: Tx, { claim, ids, isSameFreeze }: Acceptance): Promise<void> {
  const messages = ids.map((providerId, index) => ({ providerId, deliveryId: claim.deliveryIds[index] ?? '' }));
  await insertProviderMessages(tx, messages);
  await acceptDeliveries(tx, claim.deliveryIds, ctx.clock.now());
  if (!isSameFreeze) return;
  const done = { state: 'accepted' as const, leaseUntil: null, lastError: null };
  await tx.updateTable('batches').set(done).where('id', '=', claim.batchId).where('state', '<>', 'split').execute();
}

interface StepInHand {
  claim: Claim;
  step: NextStep;
  answer: ProviderAnswer;
  isCancelled: boolean;
}

async function takeStep(ctx: Context, tx: Tx, { claim, step, answer, isCancelled }: StepInHand): Promise<void> {
  const lastError = describe(answer);
  if (step.state === 'split') {
    return isCancelled ? excludeBatch(tx, claim.batchId, 'cancelled') : splitBatch(tx, claim.batchId, ctx.clock.now());
  }
  if (step.state === 'failed') return failBatch(tx, claim.batchId, lastError);
  if (isCancelled && step.state === 'waiting') return excludeBatch(tx, claim.batchId, 'cancelled');
  if (isCancelled && step.state === 'doubt')
    return giveUpBatch(tx, claim.batchId, 'cancelled while the answer was not known');
  const isDoubt = step.state === 'doubt';
  await tx
    .updateTable('batches')
    .set({
      state: step.state,
      lastError,
      leaseUntil: null,
      ...('ringAt' in step ? { ringAt: step.ringAt } : {}),
      ...(isDoubt ? { doubts: (eb) => eb('doubts', '+', 1) } : {}),
      ...(isDoubt ? { doubtSince: (eb) => eb.fn.coalesce('doubtSince', eb.val(claim.startedAt)) } : {}),
    })
    .where('id', '=', claim.batchId)
    .execute();
}

async function switchOffFor(
  ctx: Context,
  judgement: Judgement & { verdict: 'no' },
  answer: ProviderAnswer,
): Promise<void> {
  const { cause } = judgement;
  if (cause === 'slow-down' || cause === 'content' || cause === 'unreached') return;
  const resumesAt = cause === 'daily-quota' ? nextUtcMidnight(ctx.clock.now()) : null;
  const reason = reasonFor(cause, describe(answer));
  const isNews = await switchSendingOff(ctx, { reason, by: 'program', resumesAt });
  if (isNews)
    await raiseAlert(ctx, { code: 'sending-switched-off', sentence: reason, entity: 'sending', entityId: null });
}

function reasonFor(cause: 'daily-quota' | 'monthly-quota' | 'account', words: string): string {
  switch (cause) {
    case 'daily-quota':
      return "The provider's daily quota is used up; sending goes on by itself at 00:00 UTC.";
    case 'monthly-quota':
      return "The provider's monthly quota is used up; raise it with Resend, then run `resume`.";
    case 'account':
      return `The provider refuses this account (${words}); check RESEND_API_KEY and the sender domain, then run \`resume\`.`;
  }
}

async function tellOperator(ctx: Context, claim: Claim, step: NextStep): Promise<void> {
  if (step.state !== 'blocked') return;
  const sentence =
    "The provider knows this batch's key with another body. It is held back, never sent under another key by itself; `issue resolve` lets a person decide.";
  await raiseAlert(ctx, { code: 'batch-blocked', sentence, entity: 'batch', entityId: claim.batchId });
}

/** A Retry-After that is not believed whole is a thing to look at: the account may be closed to us under another name. */
async function tellLongWait(ctx: Context, judgement: Judgement, { retryAfterMs }: ProviderAnswer): Promise<void> {
  const isSlowDown = judgement.verdict === 'no' && judgement.cause === 'slow-down';
  if (!isSlowDown || retryAfterMs === null || retryAfterMs <= waitLimitMs) return;
  const asked = Math.round(retryAfterMs / 1000);
  const sentence = `The provider asks to wait ${asked} s; it is asked again after ${waitLimitMs / 60_000} minutes. \`pause\` stops all sending.`;
  await raiseAlert(ctx, { code: 'provider-asks-long-wait', sentence, entity: 'sending', entityId: null });
}

/** So many calls in a row without an answer to rely on are told, once: the holds between them have grown to a minute by then. */
const unansweredAlertCount = 8;

async function tellNoAnswer(ctx: Context, answer: ProviderAnswer): Promise<void> {
  const words = describe(answer).replace(/\.$/, '');
  const sentence = `The provider gave no usable answer to ${unansweredAlertCount} calls in a row (${words}); it is asked on, once a minute at most, and sending goes on by itself.`;
  await raiseAlert(ctx, { code: 'provider-unanswering', sentence, entity: 'sending', entityId: null });
}

function describe(answer: ProviderAnswer): string {
  const words = withoutAddresses(answer.errorMessage) ?? 'no readable answer';
  return answer.errorName === null ? words : `${answer.status ?? 'no status'} ${answer.errorName}: ${words}`;
}

/** Providers quote the address they refuse; logs and reasons must not. */
function withoutAddresses(text: string | null): string | null {
  return text === null ? null : text.replaceAll(/[^\s<>"'`(]+@[^\s<>"'`)]+/g, '(address)').slice(0, 500);
}
