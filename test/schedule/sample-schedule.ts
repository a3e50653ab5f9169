import { defaultSlot, type Schedule } from '../../src/schedule/schedule.ts';

/** Tuesdays 09:00 UTC with the defaults, except what a test says. */
export function sampleSchedule(changes: Partial<Schedule> = {}): Schedule {
  return {
    id: '00000000-0000-4000-8000-000000000001',
    ...defaultSlot,
    draftLeadHours: 24,
    graceHours: 12,
    picksCount: 7,
    minimumPicksCount: 1,
    autoApprove: false,
    pausedAt: null,
    version: 1,
    canaryPercent: 5,
    canaryFromCount: 2_000,
    canaryWaitMinutes: 30,
    guardOn: true,
    startsAt: new Date('2026-01-01T00:00:00Z'),
    ...changes,
  };
}
