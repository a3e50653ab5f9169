import type { Migration } from 'kysely';
import * as first from './0001-first/index.ts';
import * as restoreMarks from './0002-restore-marks/index.ts';
import * as calendarGuardCanary from './0003-calendar-guard-canary/index.ts';
import * as sendAgain from './0004-send-again/index.ts';
import * as deliveryRows from './0009-delivery-rows/index.ts';
import * as unknownIssues from './0010-unknown-issues/index.ts';
import * as idsInOrder from './0011-ids-in-order/index.ts';

/** Every migration, oldest first. A landed one is never edited: mend forward. */
export const migrations: Record<string, Migration> = {
  '0001-first': first,
  '0002-restore-marks': restoreMarks,
  '0003-calendar-guard-canary': calendarGuardCanary,
  '0004-send-again': sendAgain,
  '0009-delivery-rows': deliveryRows,
  '0010-unknown-issues': unknownIssues,
  '0011-ids-in-order': idsInOrder,
};
