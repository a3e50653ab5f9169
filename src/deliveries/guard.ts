import type { GuardFigures } from '../issues/issue.ts';

/** Above this share of bounces, or of complaints, the provider stops a sender. Source: Resend docs, account-quotas-and-limits. */
export const bounceShareLimit = 0.04;
export const complaintShareLimit = 0.0008;
/** Fewer prove nothing, whatever their share. */
export const bouncesLeastCount = 10;
export const complaintsLeastCount = 5;

export interface GuardShares {
  /** Bounced among delivered and bounced; 0 before anything is reported. */
  bounceShare: number;
  /** Complained of among delivered. */
  complaintShare: number;
}

/** The two shares the guard looks at, from 0 to 1. */
export function sharesOf({ delivered, bounced, complained }: GuardFigures): GuardShares {
  const settled = delivered + bounced;
  return {
    bounceShare: settled === 0 ? 0 : bounced / settled,
    complaintShare: delivered === 0 ? 0 : complained / delivered,
  };
}

/** What is too much in these figures; undefined while neither is. */
export function judgeFigures(figures: GuardFigures): 'bounces' | 'complaints' | undefined {
  const { bounceShare, complaintShare } = sharesOf(figures);
  if (figures.bounced >= bouncesLeastCount && bounceShare > bounceShareLimit) return 'bounces';
  // Without a delivery there is nothing to complain of, and no share.
  if (figures.complained >= complaintsLeastCount && complaintShare > complaintShareLimit) return 'complaints';
  return undefined;
}

/**
 * What was reported after a person went on in spite of the guard: the same figures never stop an issue twice. Nothing counts below
 * nought: a delivery that bounced later than it was reported delivered is taken from the one figure and added to the other.
 */
export function figuresSince(figures: GuardFigures, baseline: GuardFigures | null): GuardFigures {
  if (baseline === null) return figures;
  const rise = (name: keyof GuardFigures) => Math.max(0, figures[name] - baseline[name]);
  return { delivered: rise('delivered'), bounced: rise('bounced'), complained: rise('complained') };
}

/** Why the guard stops an issue, as a sentence a person reads. */
export function describeTrip(what: 'bounces' | 'complaints', figures: GuardFigures): string {
  const { bounceShare, complaintShare } = sharesOf(figures);
  const { delivered, bounced, complained } = figures;
  return what === 'bounces'
    ? `${bounced} of ${delivered + bounced} bounced (${percent(bounceShare)}, the limit is ${percent(bounceShareLimit)})`
    : `${complained} of ${delivered} complained (${percent(complaintShare)}, the limit is ${percent(complaintShareLimit)})`;
}

/** A share as it is written: 4.2 %, 0.08 %. */
export function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))} %`;
}
