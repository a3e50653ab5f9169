import type { ProviderAnswer } from '../platform/mailer.ts';

/** How a call ended: taken (yes), certainly not taken (no), or not known (doubt). */
export type Judgement =
  | { verdict: 'yes'; ids: string[] }
  | { verdict: 'no'; cause: 'slow-down'; waitMs: number }
  | { verdict: 'no'; cause: 'daily-quota' | 'monthly-quota' | 'account' | 'unreached' }
  | { verdict: 'no'; cause: 'content' }
  | { verdict: 'doubt'; cause: 'unknown' | 'in-progress' | 'other-body' };

/** Waited when the provider asks us to slow down without a readable Retry-After. */
export const defaultWaitMs = 1_000;
/** A longer Retry-After than this is not believed. */
export const waitLimitMs = 15 * 60_000;

/**
 * Judges an answer to a call of `mailsCount` mails. By status class first, then by name: Resend's list of names grows.
 * Source: Resend docs, errors and idempotency-keys.
 */
export function judgeAnswer(answer: ProviderAnswer, mailsCount: number): Judgement {
  const { status, ids } = answer;
  if (answer.isUnreached) return { verdict: 'no', cause: 'unreached' };
  if (status === 200) {
    const isWhole = ids !== null && ids.length === mailsCount && new Set(ids).size === mailsCount;
    return isWhole ? { verdict: 'yes', ids } : { verdict: 'doubt', cause: 'unknown' };
  }
  if (status === 429) return judgeTooMany(answer);
  if (status === 409) return { verdict: 'doubt', cause: judgeConflict(answer.errorName) };
  if (status === 401 || status === 403 || status === 404 || status === 405) return { verdict: 'no', cause: 'account' };
  // A 400 or 422 that is not Resend's own JSON may come from something in between, which proves nothing.
  const isResendsOwn = answer.errorName !== null && answer.errorName !== 'application_error';
  if ((status === 400 || status === 422) && isResendsOwn) return { verdict: 'no', cause: 'content' };
  return { verdict: 'doubt', cause: 'unknown' };
}

function judgeTooMany(answer: ProviderAnswer): Judgement {
  if (answer.errorName === 'daily_quota_exceeded') return { verdict: 'no', cause: 'daily-quota' };
  if (answer.errorName === 'monthly_quota_exceeded') return { verdict: 'no', cause: 'monthly-quota' };
  const askedMs = answer.retryAfterMs ?? defaultWaitMs;
  return { verdict: 'no', cause: 'slow-down', waitMs: Math.min(Math.max(askedMs, 0), waitLimitMs) };
}

function judgeConflict(name: string | null): 'other-body' | 'in-progress' {
  return name === 'invalid_idempotent_request' ? 'other-body' : 'in-progress';
}
