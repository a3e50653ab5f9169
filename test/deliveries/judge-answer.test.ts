import { describe, expect, it } from 'vitest';
import { defaultWaitMs, judgeAnswer, waitLimitMs } from '../../src/deliveries/judge-answer.ts';
import type { ProviderAnswer } from '../../src/platform/mailer.ts';

const nothing: ProviderAnswer = {
  status: null,
  isUnreached: false,
  ids: null,
  errorName: null,
  errorMessage: null,
  retryAfterMs: null,
  statedRate: null,
};

const judge = (answer: Partial<ProviderAnswer>, mailsCount = 2) => judgeAnswer({ ...nothing, ...answer }, mailsCount);
const judgeError = (status: number | null, errorName: string | null) => judge({ status, errorName });

describe('a 200', () => {
  it('with as many distinct ids as mails is a yes, in their order', () => {
    expect(judge({ status: 200, ids: ['b', 'a'] })).toEqual({ verdict: 'yes', ids: ['b', 'a'] });
  });

  it.each([
    ['unreadable', null],
    ['one id short', ['a']],
    ['one id over', ['a', 'b', 'c']],
    ['the same id twice', ['a', 'a']],
    ['no id at all', []],
  ])('is doubt when it is %s', (_what, ids) => {
    expect(judge({ status: 200, ids })).toEqual({ verdict: 'doubt', cause: 'unknown' });
  });
});

describe('not known', () => {
  it.each([
    ['no status: time-out, reset or unreadable', null, 'application_error'],
    ['nothing at all', null, null],
    ['500', 500, 'application_error'],
    ['500 under its old name', 500, 'internal_server_error'],
    ['502 in HTML', 502, 'application_error'],
    ['503', 503, 'service_unavailable'],
    ['504 without a name', 504, null],
    ['408', 408, 'request_timeout'],
    ['a redirect', 302, null],
    ['another 2xx', 202, null],
    ['a status nobody has heard of', 599, 'something_new'],
  ])('is %s', (_what, status, name) => {
    expect(judgeError(status, name)).toEqual({ verdict: 'doubt', cause: 'unknown' });
  });
});

describe('a 409', () => {
  it.each([
    ['concurrent_idempotent_requests', 'in-progress'],
    ['resource_locked', 'in-progress'],
    ['something_new', 'in-progress'],
    [null, 'in-progress'],
    ['invalid_idempotent_request', 'other-body'],
  ])('named %s is doubt: %s', (name, cause) => {
    expect(judgeError(409, name)).toEqual({ verdict: 'doubt', cause });
  });
});

describe('a 429', () => {
  it('is a no that waits as asked', () => {
    const answer = { status: 429, errorName: 'rate_limit_exceeded', retryAfterMs: 3_000 };
    expect(judge(answer)).toEqual({ verdict: 'no', cause: 'slow-down', waitMs: 3_000 });
  });

  it.each([
    [null, defaultWaitMs],
    [0, 0],
    [waitLimitMs, waitLimitMs],
    [waitLimitMs + 1, waitLimitMs],
    [-1, 0],
  ])('that asks for %s ms waits %s ms', (retryAfterMs, waitMs) => {
    expect(judge({ status: 429, errorName: 'something_new', retryAfterMs })).toMatchObject({ verdict: 'no', waitMs });
  });

  it.each([
    ['daily_quota_exceeded', 'daily-quota'],
    ['monthly_quota_exceeded', 'monthly-quota'],
  ])('named %s is a used-up quota, whatever it asks to wait', (errorName, cause) => {
    expect(judge({ status: 429, errorName, retryAfterMs: 5_000 })).toEqual({ verdict: 'no', cause });
  });
});

describe('a no about the mails', () => {
  it.each([
    [400, 'validation_error'],
    [400, 'invalid_idempotency_key'],
    [422, 'missing_required_field'],
    [422, 'missing_required_parameter'],
    [422, 'invalid_parameter'],
    [422, 'invalid_attachment'],
    [422, 'invalid_from_address'],
    [422, 'something_new'],
  ])('is %s %s', (status, name) => {
    expect(judgeError(status, name)).toEqual({ verdict: 'no', cause: 'content' });
  });

  it.each([
    [400, 'application_error'],
    [422, null],
  ])('is not %s %s: the SDK says so of a page that something in between has answered', (status, name) => {
    expect(judgeError(status, name)).toEqual({ verdict: 'doubt', cause: 'unknown' });
  });
});

describe('a no about the account', () => {
  it.each([
    [401, 'missing_api_key'],
    [401, 'restricted_api_key'],
    [403, 'validation_error'],
    [403, 'restricted_api_key'],
    [403, 'suspended_api_key'],
    [403, 'invalid_permission'],
    [403, 'email_above_quota'],
    [403, 'invalid_api_key'],
    [404, 'not_found'],
    [405, 'method_not_allowed'],
    [401, null],
  ])('is %s %s', (status, name) => {
    expect(judgeError(status, name)).toEqual({ verdict: 'no', cause: 'account' });
  });
});

describe('no connection', () => {
  it('is a no: nothing was handed over', () => {
    expect(judge({ isUnreached: true })).toEqual({ verdict: 'no', cause: 'unreached' });
  });
});
