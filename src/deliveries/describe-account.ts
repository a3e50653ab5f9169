import type { Account } from './account-issue.ts';
import { describeCare } from './describe-care.ts';

/** The accounting as a person reads it: every line adds up to the one it hangs under. */
export function describeAccount(account: Account): string {
  const { outcomes, eligible } = account;
  const width = String(account.subscribers).length;
  const line = (depth: number, count: number, words: string) =>
    `${'  '.repeat(depth)}${String(count).padStart(width)} ${words}`;
  const under = (depth: number, counts: Record<string, number>) =>
    Object.entries(counts)
      .filter(([, count]) => count > 0)
      .map(([words, count]) => line(depth, count, words === 'none' ? 'no report yet' : words));
  const number = account.issue === null ? 'Issue without a number' : `Issue ${account.issue}`;
  return [
    `${number}: ${account.state}`,
    line(1, account.subscribers, 'subscribers'),
    line(2, sum(account.ineligible), 'not eligible'),
    ...under(3, account.ineligible),
    line(2, eligible, 'eligible'),
    line(3, account.accepted, 'accepted by the provider'),
    ...under(4, outcomes),
    line(3, sum(account.excluded), 'excluded before the call'),
    ...under(4, account.excluded),
    line(3, account.failed, 'failed'),
    line(3, account.unknown, account.unknown > 0 ? 'unknown: a person decides with `issue resolve`' : 'unknown'),
    line(3, account.waiting, 'waiting'),
    account.balanced ? equation(account) : 'It does NOT balance: please report this.',
    ...describeCare(account),
  ].join('\n');
}

function equation({
  eligible,
  accepted,
  excluded,
  failed,
  unknown,
  waiting,
  subscribers,
  ineligible,
}: Account): string {
  const parts = `${accepted} accepted + ${sum(excluded)} excluded + ${failed} failed + ${unknown} unknown + ${waiting} waiting`;
  return `It balances: ${subscribers} = ${sum(ineligible)} not eligible + ${eligible} eligible; ${eligible} = ${parts}.`;
}

function sum(counts: Record<string, number>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
