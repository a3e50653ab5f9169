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
}

export interface RunsTable {
  id: Generated<string>;
  scheduleId: string;
  slotAt: Date;
  state: 'due' | 'acted' | 'expired' | 'skipped';
  reason: string | null;
  issueId: string | null;
  createdAt: Generated<Date>;
  endedAt: Date | null;
}
