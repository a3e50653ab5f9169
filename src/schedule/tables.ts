import type { Generated } from 'kysely';

export interface SchedulesTable {
  id: Generated<string>;
  /** ISO: 1 Monday to 7 Sunday. */
  weekday: number;
  hour: number;
  minute: Generated<number>;
  timeZone: string;
  draftLeadHours: Generated<number>;
  graceHours: Generated<number>;
  picksCount: Generated<number>;
  minimumPicksCount: Generated<number>;
  autoApprove: Generated<boolean>;
  pausedAt: Date | null;
  startsAt: Generated<Date>;
  /** Rises with every edit. */
  version: Generated<number>;
  /** How much of a large send goes ahead of the rest, in per cent; 0 = none. */
  canaryPercent: Generated<number>;
  /** A send to fewer has no canary. */
  canaryFromCount: Generated<number>;
  /** How long the rest waits once the canary has gone out. */
  canaryWaitMinutes: Generated<number>;
  guardOn: Generated<boolean>;
}

export interface RunsTable {
  id: Generated<string>;
  scheduleId: string;
  slotAt: Date;
  /** Monday of its calendar week in the zone it was made in, such as 2026-11-23. */
  week: string | null;
  state: 'due' | 'acted' | 'expired' | 'skipped';
  reason: string | null;
  issueId: string | null;
  createdAt: Generated<Date>;
  endedAt: Date | null;
}
