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
  guard: { bounceShare: 5 / 85, complaintShare: 0, state: 'watching', baseline: null, sinceBaseline: null },
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

  const canary: CanaryAccount = { share: 0.05, size: 5, until: null, state: 'waiting', stoppedBy: [] };
  const until = '2026-11-24T09:30:00.000Z';

  it.each<[CanaryAccount['state'], RegExp]>([
    ['planned', /^Canary: 5 of 100 \(5 %\) go ahead of the other 95\.$/m],
    ['going', /^Canary: 5 of 100 \(5 %\) go ahead; the other 95 wait\.$/m],
    ['waiting', /the other 95 follow at 2026-11-24 09:30 UTC, or now with `issue release 7`\.$/m],
    ['held', /too little is reported of them; the other 95 wait for reports, or for `issue release 7`\.$/m],
    ['passed', /the other 95 were let go at 2026-11-24 09:30 UTC, 4 wait still\.$/m],
    ['released', /a person let the other 95 go at 2026-11-24 09:30 UTC\.$/m],
    ['ended', /the other 95 never followed\.$/m],
  ])('says where the canary is: %s', (state, words) => {
    const isTimed = state === 'waiting' || state === 'passed' || state === 'released';
    expect(describeAccount({ ...account, canary: { ...canary, until: isTimed ? until : null, state } })).toMatch(words);
  });

  it('says that the rest followed where the issue is sent', () => {
    const sent = { ...account, state: 'sent' as const, waiting: 0 };
    const text = describeAccount({ ...sent, canary: { ...canary, until, state: 'passed' } });
    expect(text).toMatch(/the other 95 followed at 2026-11-24 09:30 UTC\.$/m);
  });

  it.each<[Partial<CanaryAccount>, string]>([
    [
      { stoppedBy: ['paused'] },
      'the other 95 wait. Nothing goes out now: the issue is paused; `issue resume 7` goes on.',
    ],
    [{ stoppedBy: ['sending-off'] }, 'the other 95 wait. Nothing goes out now: all sending is off; `resume` goes on.'],
    [
      { stoppedBy: ['sending-held'] },
      'the other 95 wait. Nothing goes out now: all sending is held; `resume --after-restore` goes on.',
    ],
    [
      { stoppedBy: ['sending-off'], until },
      'follow at 2026-11-24 09:30 UTC. Nothing goes out now: all sending is off; `resume` goes on at once.',
    ],
    [
      { stoppedBy: ['paused', 'sending-off'] },
      'Nothing goes out now: the issue is paused and all sending is off; `issue resume 7` and `resume` go on.',
    ],
    [
      { stoppedBy: ['paused'], state: 'held' },
      'wait for reports, or for `issue release 7`. Nothing goes out now: the issue is paused; `issue resume 7` goes on.',
    ],
    [
      { stoppedBy: ['paused'], state: 'released', until },
      'a person let the other 95 go at 2026-11-24 09:30 UTC. Nothing goes out now: the issue is paused; `issue resume 7` goes on at once.',
    ],
  ])('says what stands in the way of the rest: %j', (stopped, words) => {
    const text = describeAccount({ ...account, canary: { ...canary, ...stopped } });
    expect(text).toContain(words);
    expect(text).not.toContain('or now with');
  });

  it('says that the guard has paused the issue, or had, or is off, or watches no more', () => {
    const paused = { ...account, state: 'paused' as const, canary: { ...canary, stoppedBy: ['paused' as const] } };
    const tripped = { ...account.guard, state: 'tripped' as const };
    const text = describeAccount({ ...paused, guard: tripped });
    expect(text).toContain('Guard: has paused the issue; bounced 5.88 %');
    expect(text).toContain('Nothing goes out now: the guard has paused the issue; `issue resume 7` goes on.');
    expect(describeAccount(paused)).toContain('Guard: watching again once the issue goes on; bounced');
    const cancelled = { ...account, state: 'cancelled' as const };
    expect(describeAccount({ ...cancelled, guard: tripped })).toContain('Guard: had paused the issue; bounced');
    expect(describeAccount({ ...cancelled, guard: { ...tripped, state: 'ended' } })).toContain(
      'Guard: watching no more, as the issue is cancelled; bounced',
    );
    expect(describeAccount({ ...account, guard: { ...tripped, state: 'off' } })).toContain('Guard: off; bounced');
    const late = { ...account, state: 'sent' as const, guard: { ...tripped, state: 'late' as const } };
    expect(describeAccount(late)).toContain('Guard: past its limits when everything had gone out, so look into it');
  });

  it('says from which figures on the guard counts, where a person went on in spite of it', () => {
    const baseline = { delivered: 40, bounced: 11, complained: 0, at: '2026-11-21T12:04:59.000Z', by: 'cli:ana' };
    const since = { bounceShare: 0.02, complaintShare: 0 };
    const guard = { bounceShare: 0.12, complaintShare: 0, state: 'watching' as const, baseline, sinceBaseline: since };
    expect(describeAccount({ ...account, guard })).toMatch(
      /^Guard: watching, counting from 2026-11-21 12:04 UTC, when cli:ana went on with 11 bounced and 0 complained; since then bounced 2 % \(limit 4 %, from 10 on\), complained 0 % \(limit 0\.08 %, from 5 on\); in all bounced 12 %, complained 0 %\.$/m,
    );
    const unsigned = { ...guard, baseline: { ...baseline, at: null, by: null } };
    expect(describeAccount({ ...account, guard: unsigned })).toContain('counting from where a person went on with 11');
  });
});
