import type { Account } from './account-issue.ts';
import type { CanaryAccount, GuardAccount } from './account-care.ts';
import {
  bouncesLeastCount,
  bounceShareLimit,
  complaintShareLimit,
  complaintsLeastCount,
  type GuardShares,
  percent,
} from './guard.ts';

/** The canary and the guard as a person reads them; nothing where there is no canary and nothing was reported. */
export function describeCare(account: Account): string[] {
  const { canary, guard, outcomes } = account;
  const isReported = outcomes.delivered + outcomes.bounced + outcomes.complained > 0;
  return [
    ...(canary === null ? [] : [`Canary: ${describeCanary(canary, account)}`]),
    ...(isReported ? [`Guard: ${describeGuard(guard, account)}`] : []),
  ];
}

function describeGuard(guard: GuardAccount, { state }: Pick<Account, 'state'>): string {
  const { baseline, sinceBaseline } = guard;
  const words = describeGuardState(guard.state, state);
  if (baseline === null || sinceBaseline === null) return `${words}; ${describeShares(guard)}.`;
  const { at, by, bounced, complained } = baseline;
  const from = at === null ? 'where a person went on' : `${minuteOf(at)}, when ${by ?? 'a person'} went on`;
  const inAll = `in all bounced ${percent(guard.bounceShare)}, complained ${percent(guard.complaintShare)}`;
  return `${words}, counting from ${from} with ${bounced} bounced and ${complained} complained; since then ${describeShares(sinceBaseline)}; ${inAll}.`;
}

function describeGuardState(guard: GuardAccount['state'], issue: Account['state']): string {
  switch (guard) {
    case 'off':
      return 'off';
    case 'watching':
      return issue === 'paused' ? 'watching again once the issue goes on' : 'watching';
    case 'tripped':
      return issue === 'paused' ? 'has paused the issue' : 'had paused the issue';
    case 'late':
      return 'past its limits when everything had gone out, so look into it before the next issue';
    case 'ended':
      return `watching no more, as the issue is ${issue}`;
  }
}

function describeShares({ bounceShare, complaintShare }: GuardShares): string {
  const bounced = `bounced ${percent(bounceShare)} (limit ${percent(bounceShareLimit)}, from ${bouncesLeastCount} on)`;
  return `${bounced}, complained ${percent(complaintShare)} (limit ${percent(complaintShareLimit)}, from ${complaintsLeastCount} on)`;
}

type Around = Pick<Account, 'eligible' | 'issue' | 'state' | 'waiting' | 'guard'>;

/** Where the canary is, with what stands in the way of the rest and what a person can do about it. */
export function describeCanary(canary: CanaryAccount, account: Around): string {
  const isStopped = canary.stoppedBy.length > 0 && account.waiting > 0;
  return `${describeProgress(canary, account, isStopped)}.${isStopped ? ` ${describeStops(canary, account)}` : ''}`;
}

function describeProgress({ share, size, until, state }: CanaryAccount, account: Around, isStopped: boolean): string {
  const { eligible, issue, waiting } = account;
  const first = `${size} of ${eligible} (${percent(share)})`;
  const rest = eligible - size;
  const at = until === null ? '' : ` at ${minuteOf(until)}`;
  const release = `\`issue release ${issue ?? 'N'}\``;
  switch (state) {
    case 'planned':
      return `${first} go ahead of the other ${rest}`;
    case 'going':
      return `${first} go ahead; the other ${rest} wait`;
    case 'waiting':
      if (!isStopped) return `${first} have gone ahead; the other ${rest} follow${at}, or now with ${release}`;
      return `${first} have gone ahead; the other ${rest} ${until === null ? 'wait' : `follow${at}`}`;
    case 'held':
      return `${first} have gone ahead, but too little is reported of them; the other ${rest} wait for reports, or for ${release}`;
    case 'passed':
      if (account.state === 'sent') return `${first} went ahead; the other ${rest} followed${at}`;
      return `${first} went ahead; the other ${rest} were let go${at}${waiting > 0 ? `, ${waiting} wait still` : ''}`;
    case 'released':
      return `${first} went ahead; a person let the other ${rest} go${at}`;
    case 'ended':
      return `${first} went ahead; the other ${rest} never followed`;
  }
}

/** Why nothing goes out now, whatever the canary allows, and what goes on with it. */
export function describeStops({ stoppedBy, until }: CanaryAccount, { issue, guard }: Pick<Account, 'issue' | 'guard'>) {
  const reasons = {
    paused: guard.state === 'tripped' ? 'the guard has paused the issue' : 'the issue is paused',
    'sending-off': 'all sending is off',
    'sending-held': 'all sending is held',
  };
  const ways = {
    paused: `\`issue resume ${issue ?? 'N'}\``,
    'sending-off': '`resume`',
    'sending-held': '`resume --after-restore`',
  };
  const join = (words: typeof reasons) => stoppedBy.map((stop) => words[stop]).join(' and ');
  const goes = stoppedBy.length > 1 ? 'go' : 'goes';
  return `Nothing goes out now: ${join(reasons)}; ${join(ways)} ${goes} on${until === null ? '' : ' at once'}.`;
}

function minuteOf(at: string): string {
  return `${at.slice(0, 16).replace('T', ' ')} UTC`;
}
