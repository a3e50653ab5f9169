import { describe, expect, it } from 'vitest';
import type { Account } from '../../src/deliveries/account-issue.ts';
import type { CanaryAccount } from '../../src/deliveries/account-care.ts';
import { describeAccount } from '../../src/deliveries/describe-account.ts';

const account: Account = {
  issue: 7,
  state: 'sending',
  subscribers: 120,
  ineligible: { unsubscribed: 12, pending: 8 },
  eligible: 100,
  accepted: 90,
  excluded: { unsubscribed: 2 },
  failed: 1,
  unknown: 3,
  waiting: 4,
  balanced: true,
  outcomes: { sent: 0, delayed: 0, delivered: 80, failed: 0, suppressed: 0, bounced: 5, complained: 0, none: 5 },
  canary: null,
  guard: { bounceShare: 5 / 85, complaintShare: 0, state: 'watching' },
};

describe('the accounting', () => {
  it('is one figure a line under the figure it belongs to, and the sums in a sentence', () => {
    expect(describeAccount(account)).toBe(
      [
        'Issue 7: sending',
        '  120 subscribers',
        '     20 not eligible',
        '       12 unsubscribed',
        '        8 pending',
        '    100 eligible',
        '       90 accepted by the provider',
        '         80 delivered',
        '          5 bounced',
        '          5 no report yet',
        '        2 excluded before the call',
        '          2 unsubscribed',
        '        1 failed',
        '        3 unknown: a person decides with `issue resolve`',
        '        4 waiting',
        'It balances: 120 = 20 not eligible + 100 eligible; 100 = 90 accepted + 2 excluded + 1 failed + 3 unknown + 4 waiting.',
        'Guard: watching; bounced 5.88 % (limit 4 %, from 10 on), complained 0 % (limit 0.08 %, from 5 on).',
      ].join('\n'),
    );
  });

  it('that does not balance says so instead of a sum', () => {
    const text = describeAccount({ ...account, balanced: false });
    expect(text).toContain('It does NOT balance');
    expect(text).not.toContain('It balances');
  });

  it('of nobody is all noughts', () => {
    const empty = { subscribers: 0, ineligible: {}, eligible: 0, accepted: 0, excluded: {}, failed: 0, unknown: 0 };
    const none = Object.fromEntries(Object.keys(account.outcomes).map((name) => [name, 0])) as Account['outcomes'];
    const text = describeAccount({ ...account, ...empty, waiting: 0, issue: null, outcomes: none });
    expect(text).toContain('Issue without a number: sending');
    expect(text).toContain('      0 unknown\n');
    expect(text).not.toContain('issue resolve');
  });

  it.each<[CanaryAccount['state'], RegExp]>([
    ['planned', /^Canary: 5 of 100 \(5 %\) go ahead of the other 95\.$/m],
    ['going', /^Canary: 5 of 100 \(5 %\) go ahead; the other 95 wait\.$/m],
    ['waiting', /the other 95 follow at 2026-11-24 09:30 UTC, or now with `issue release 7`\.$/m],
    ['held', /too little is reported of them; the other 95 wait for reports, or for `issue release 7`\.$/m],
    ['passed', /the other 95 followed at 2026-11-24 09:30 UTC\.$/m],
    ['released', /a person let the other 95 go at 2026-11-24 09:30 UTC\.$/m],
    ['ended', /the other 95 never followed\.$/m],
  ])('says where the canary is: %s', (state, words) => {
    const until = state === 'waiting' || state === 'passed' || state === 'released' ? '2026-11-24T09:30:00.000Z' : null;
    expect(describeAccount({ ...account, canary: { share: 0.05, size: 5, until, state } })).toMatch(words);
  });

  it('says that the guard has paused the issue, or is off', () => {
    const tripped = { ...account.guard, state: 'tripped' as const };
    expect(describeAccount({ ...account, guard: tripped })).toContain('Guard: has paused the issue; bounced 5.88 %');
    expect(describeAccount({ ...account, guard: { ...tripped, state: 'off' } })).toContain('Guard: off; bounced');
  });
});
