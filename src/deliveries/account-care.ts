import type { CanaryState, GuardBaseline } from '../issues/issue.ts';
import { isOpen } from '../issues/issue-states.ts';
import type { Issue } from '../issues/queries.ts';
import { type CanarySettings, countCanary, defaultCanary, isWaitingForCanary } from './canary.ts';
import type { Outcome } from './delivery.ts';
import { figuresSince, judgeFigures, type GuardShares, sharesOf } from './guard.ts';
import type { SendingSwitch } from './sending-switch.ts';

/** Why nothing goes out before a person acts, or before the moment sending goes on by itself. */
export type Stop = 'paused' | 'sending-off' | 'sending-held';

export interface CanaryAccount {
  /** Of the eligible, from 0 to 1. */
  share: number;
  size: number;
  /** ISO 8601: when the rest follows, or was let go; null where nobody can tell, as where a person must act first. */
  until: string | null;
  /** `planned` before the freeze, `ended` where the issue was cancelled before the rest went out. */
  state: 'planned' | CanaryState | 'ended';
  /** Empty where nothing stands in the way. */
  stoppedBy: Stop[];
}

export interface GuardAccount extends GuardShares {
  /**
   * `tripped`: it has paused the issue and nobody has gone on since; `late`: past its limits when nothing was left to pause;
   * `ended`: the issue came to nothing.
   */
  state: 'off' | 'watching' | 'tripped' | 'late' | 'ended';
  /** What a person went on with after the guard had paused the issue; it looks at what is reported later. */
  baseline: GuardBaseline | null;
  /** The shares of that alone, which are those it holds against the limits; null without a baseline. */
  sinceBaseline: GuardShares | null;
}

/** The settings of an installation that has no schedule yet. */
export const defaultCare = { ...defaultCanary, guardOn: true };

/** How far the canary of a frozen issue is, and what keeps the rest from following. */
export function accountCanary(issue: Issue, sending: SendingSwitch): CanaryAccount | null {
  const { canaryState, canaryPercent, canaryCount, canaryUntil, state } = issue;
  if (canaryState === null || canaryCount === null) return null;
  const isOver = isWaitingForCanary(canaryState) && !isOpen(state);
  const stoppedBy = listStops(issue, sending);
  const isGone = canaryState === 'passed' || canaryState === 'released';
  // Sending that is only off until a stated moment goes on by itself.
  const isStopped = stoppedBy.some((stop) => stop !== 'sending-off' || sending.resumesAt === null);
  const isUnknown = isOver || canaryState === 'held' || (isStopped && !isGone);
  const resumesAt = stoppedBy.length > 0 && !isGone ? sending.resumesAt : null;
  return {
    share: (canaryPercent ?? 0) / 100,
    size: canaryCount,
    until: isUnknown ? null : (laterOf(canaryUntil, resumesAt)?.toISOString() ?? null),
    state: isOver ? 'ended' : canaryState,
    stoppedBy,
  };
}

function listStops({ state }: Issue, { isOn, hold }: SendingSwitch): Stop[] {
  if (state !== 'sending' && state !== 'paused') return [];
  return [
    ...(state === 'paused' ? ['paused' as const] : []),
    ...(isOn ? [] : [hold === null ? ('sending-off' as const) : ('sending-held' as const)]),
  ];
}

function laterOf(one: Date | null, other: Date | null): Date | null {
  return one !== null && other !== null && other > one ? other : one;
}

/** The canary that a freeze of this moment would send ahead. */
export function forecastCanary(eligible: number, settings: CanarySettings): CanaryAccount | null {
  const size = countCanary(eligible, settings);
  if (size === 0) return null;
  return { share: settings.canaryPercent / 100, size, until: null, state: 'planned', stoppedBy: [] };
}

/** The guard's shares over everything reported, as the accounting has it, and over what it counts. */
export function accountGuard(
  issue: Pick<Issue, 'state' | 'guardTrippedAt' | 'guardBaseline'>,
  outcomes: Record<Outcome | 'none', number>,
  isOn: boolean,
): GuardAccount {
  const { delivered, bounced, complained } = outcomes;
  const figures = { delivered: delivered + complained, bounced, complained };
  const { guardBaseline: stored } = issue;
  // A baseline written by an older version names neither.
  const baseline = stored === null ? null : { ...stored, at: stored.at ?? null, by: stored.by ?? null };
  const sinceBaseline = baseline === null ? null : sharesOf(figuresSince(figures, baseline));
  const isOver = judgeFigures(figuresSince(figures, stored)) !== undefined;
  return { ...sharesOf(figures), state: stateOf(issue, { isOn, isOver }), baseline, sinceBaseline };
}

function stateOf(
  { state, guardTrippedAt }: Pick<Issue, 'state' | 'guardTrippedAt'>,
  { isOn, isOver }: { isOn: boolean; isOver: boolean },
): GuardAccount['state'] {
  if (guardTrippedAt !== null) return 'tripped';
  if (!isOn) return 'off';
  if (state === 'sent' && isOver) return 'late';
  return state === 'cancelled' || state === 'skipped' ? 'ended' : 'watching';
}
