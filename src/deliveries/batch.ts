import type { Judgement } from './judge-answer.ts';

/** Where a batch stands; `waiting` and `doubt` can be claimed, `calling` once its lease has run out. */
export type BatchState =
  'waiting' | 'calling' | 'doubt' | 'accepted' | 'split' | 'failed' | 'unknown' | 'blocked' | 'excluded';

/** Resend takes at most this many mails in one call. */
export const batchMailsLimit = 100;
/** The provider states no limit for a body; ours. */
export const batchBytesLimit = 8 * 1024 * 1024;
/** The provider keeps an idempotency key 24 h; asking again is safe for one hour less. */
export const doubtLimitMs = 23 * 3_600_000;
/** A batch further past due than this does not go by itself. */
export const lateLimitMs = 12 * 3_600_000;

/** How long a claim belongs to its worker: longer than the call's deadline, so that a live worker ends before it is taken over. */
export function leaseMs(callDeadlineMs: number): number {
  return callDeadlineMs * 1.5;
}

const firstBackoffMs = 1_000;
const backoffLimitMs = 5 * 60_000;
const inProgressWaitMs = 2_000;
/** Nothing was handed over; how soon all together ask again grows with each failure in a row (see pace.ts). */
const unreachedWaitMs = 2_000;

/** What a batch becomes after a call; `split` and `failed` also move its deliveries. */
export type NextStep =
  | { state: 'accepted' }
  | { state: 'waiting'; ringAt: Date }
  | { state: 'doubt'; ringAt: Date }
  | { state: 'split' }
  | { state: 'failed' }
  | { state: 'blocked' };

export interface JudgedCall {
  judgement: Judgement;
  mailsCount: number;
  /** Calls of this freeze before this one whose end is not known. */
  doubts: number;
  now: Date;
  /** 0 to 1, spreads the back-off. */
  jitter: number;
}

/** Design 4.5: a no thaws the batch unless a doubt came before it; 400 and 422 end a doubt; doubt keeps bytes and key. */
export function decideNextStep(call: JudgedCall): NextStep {
  const { judgement, doubts, now } = call;
  const at = (ms: number) => new Date(now.getTime() + ms);
  if (judgement.verdict === 'yes') return { state: 'accepted' };
  if (judgement.verdict === 'no') {
    if (judgement.cause === 'content') return { state: call.mailsCount > 1 ? 'split' : 'failed' };
    const waitMs = waitAfter(judgement);
    return { state: doubts > 0 ? 'doubt' : 'waiting', ringAt: at(waitMs) };
  }
  if (judgement.cause === 'other-body') return { state: 'blocked' };
  if (judgement.cause === 'in-progress') return { state: 'doubt', ringAt: at(inProgressWaitMs) };
  return { state: 'doubt', ringAt: at(backoffMs(doubts, call.jitter)) };
}

function waitAfter(judgement: Judgement & { verdict: 'no' }): number {
  if (judgement.cause === 'slow-down') return judgement.waitMs;
  return judgement.cause === 'unreached' ? unreachedWaitMs : 0;
}

/** 1 s, doubling to 5 min, each between half and whole. */
export function backoffMs(doubts: number, jitter: number): number {
  const whole = Math.min(firstBackoffMs * 2 ** doubts, backoffLimitMs);
  return Math.round(whole * (0.5 + jitter / 2));
}

/** The idempotency key of one freeze of one batch. */
export function idempotencyKeyOf(batchId: string, freezeNumber: number): string {
  return `batch-${batchId}-${freezeNumber}`;
}
