import type { Account } from './account-issue.ts';
import type { CanaryAccount } from './account-care.ts';
import { bouncesLeastCount, bounceShareLimit, complaintShareLimit, complaintsLeastCount, percent } from './guard.ts';

/** The canary and the guard as a person reads them; nothing where there is no canary and nothing was reported. */
export function describeCare({ canary, guard, eligible, outcomes, issue }: Account): string[] {
  const { bounceShare, complaintShare, state } = guard;
  const isReported = outcomes.delivered + outcomes.bounced + outcomes.complained > 0;
  const bounced = `bounced ${percent(bounceShare)} (limit ${percent(bounceShareLimit)}, from ${bouncesLeastCount} on)`;
  const complained = `complained ${percent(complaintShare)} (limit ${percent(complaintShareLimit)}, from ${complaintsLeastCount} on)`;
  return [
    ...(canary === null ? [] : [`Canary: ${describeCanary(canary, { eligible, issue })}`]),
    ...(isReported ? [`Guard: ${guardStates[state]}; ${bounced}, ${complained}.`] : []),
  ];
}

const guardStates = { off: 'off', watching: 'watching', tripped: 'has paused the issue' };

/** Where the canary is, in a sentence, with what a person can do about it. */
export function describeCanary(
  { share, size, until, state }: CanaryAccount,
  { eligible, issue }: Pick<Account, 'eligible' | 'issue'>,
): string {
  const first = `${size} of ${eligible} (${percent(share)})`;
  const rest = eligible - size;
  const at = until === null ? '' : ` at ${until.slice(0, 16).replace('T', ' ')} UTC`;
  switch (state) {
    case 'planned':
      return `${first} go ahead of the other ${rest}.`;
    case 'going':
      return `${first} go ahead; the other ${rest} wait.`;
    case 'waiting':
      return `${first} have gone ahead; the other ${rest} follow${at}, or now with \`issue release ${issue ?? 'N'}\`.`;
    case 'held':
      return `${first} have gone ahead, but too little is reported of them; the other ${rest} wait for reports, or for \`issue release ${issue ?? 'N'}\`.`;
    case 'passed':
      return `${first} went ahead; the other ${rest} followed${at}.`;
    case 'released':
      return `${first} went ahead; a person let the other ${rest} go${at}.`;
    case 'ended':
      return `${first} went ahead; the other ${rest} never followed.`;
  }
}
