import type { CanaryState } from '../issues/issue.ts';
import type { Schedule } from '../schedule/schedule.ts';

/** Due time of what waits for a canary: no clock reaches it, the release alone gives a real one. */
export const heldDueAt = new Date('9999-12-31T00:00:00Z');

/** So much of the canary must have been reported delivered or bounced, or its silence says nothing good of the rest. */
export const reportedShareLeast = 0.5;

/** How often what is held without reports is looked at again. */
export const heldLookMs = 60_000;

export type CanarySettings = Pick<Schedule, 'canaryPercent' | 'canaryFromCount' | 'canaryWaitMinutes'>;

/** How many of an audience go ahead, rounded up; 0 where the send is too small or the canary switched off. */
export function countCanary(eligible: number, { canaryPercent, canaryFromCount }: CanarySettings): number {
  return eligible < canaryFromCount ? 0 : Math.ceil((eligible * canaryPercent) / 100);
}

/** The settings of an installation that has no schedule yet. */
export const defaultCanary: CanarySettings = { canaryPercent: 5, canaryFromCount: 2_000, canaryWaitMinutes: 30 };

/** What the freeze writes on the issue; nothing where there is no canary. */
export interface CanaryPlan {
  canaryState: CanaryState | null;
  canaryPercent: number | null;
  canaryCount: number | null;
  /** When the wait would end if the canary went out at once. */
  canaryUntil: Date | null;
}

/** The canary of an audience that is frozen now. */
export function planCanary(eligible: number, settings: CanarySettings, now: Date): CanaryPlan {
  const canaryCount = countCanary(eligible, settings);
  if (canaryCount === 0) return { canaryState: null, canaryPercent: null, canaryCount: null, canaryUntil: null };
  const canaryUntil = new Date(now.getTime() + settings.canaryWaitMinutes * 60_000);
  return { canaryState: 'going', canaryPercent: settings.canaryPercent, canaryCount, canaryUntil };
}

/** Whether the rest of the issue waits. */
export function isWaitingForCanary(state: CanaryState | null): boolean {
  return state === 'going' || state === 'waiting' || state === 'held';
}

export interface CanaryFigures {
  /** Of the canary, by us. */
  accepted: number;
  /** Of those, by the provider, as delivered, bounced, complained of, suppressed or failed. */
  reported: number;
}

/** Whether enough has been reported of the canary to let the rest follow; nothing accepted is no good news either. */
export function isReportedEnough({ accepted, reported }: CanaryFigures): boolean {
  return accepted > 0 && reported >= accepted * reportedShareLeast;
}
