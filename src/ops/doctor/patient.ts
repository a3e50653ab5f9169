import type { Resolver } from 'node:dns/promises';
import type { Config } from '../../config.ts';
import type { Db } from '../../database.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Mailer } from '../../platform/mailer.ts';

/** What the checks look at. Nothing of it is changed by them. */
export interface Patient {
  config: Config;
  clock: Clock;
  mailer: Mailer;
  resolver: Pick<Resolver, 'resolveTxt' | 'resolveMx'>;
  /** The database of this installation; null: there is none yet, or it does not answer. */
  database: Database | null;
}

export interface Database {
  db: Db;
  url: string;
}

/** A check stops waiting for any one answer after this long. */
export const answerLimitMs = 5_000;
