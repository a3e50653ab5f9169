import type { CanaryState } from '../issues/issue.ts';
import { isOpen } from '../issues/issue-states.ts';
import type { Issue } from '../issues/queries.ts';
import { type CanarySettings, countCanary, defaultCanary, isWaitingForCanary } from './canary.ts';
import type { Outcome } from './delivery.ts';
import { type GuardShares, sharesOf } from './guard.ts';

export interface CanaryAccount {
  /** Of the eligible, from 0 to 1. */
  share: number;
  size: number;
  /** ISO 8601: when the rest follows, or did; null where nobody can tell. */
  until: string | null;
  /** `planned` before the freeze, `ended` where the issue was cancelled before the rest went out. */
  state: 'planned' | CanaryState | 'ended';
}

export interface GuardAccount extends GuardShares {
  /** `tripped`: it has paused the issue and nobody has gone on since. */
  state: 'off' | 'watching' | 'tripped';
}

/** The settings of an installation that has no schedule yet. */
export const defaultCare = { ...defaultCanary, guardOn: true };

/** How far the canary of a frozen issue is. */
export function accountCanary({ canaryState, canaryPercent, canaryCount, canaryUntil, state }: Issue) {
  if (canaryState === null || canaryCount === null) return null;
  const isOver = isWaitingForCanary(canaryState) && !isOpen(state);
  const isUnknown = isOver || canaryState === 'held';
  return {
    share: (canaryPercent ?? 0) / 100,
    size: canaryCount,
    until: isUnknown ? null : (canaryUntil?.toISOString() ?? null),
    state: isOver ? 'ended' : canaryState,
  } satisfies CanaryAccount;
}

/** The canary that a freeze of this moment would send ahead. */
export function forecastCanary(eligible: number, settings: CanarySettings): CanaryAccount | null {
  const size = countCanary(eligible, settings);
  return size === 0 ? null : { share: settings.canaryPercent / 100, size, until: null, state: 'planned' };
}

/** The guard's shares over everything reported, as the accounting has it. */
export function accountGuard(
  { guardTrippedAt }: Issue,
  outcomes: Record<Outcome | 'none', number>,
  isOn: boolean,
): GuardAccount {
  const { delivered, bounced, complained } = outcomes;
  const shares = sharesOf({ delivered: delivered + complained, bounced, complained });
  return { ...shares, state: guardTrippedAt !== null ? 'tripped' : isOn ? 'watching' : 'off' };
}
