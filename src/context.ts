import type { Config } from './config.ts';
import type { Db } from './database.ts';
import type { JobName, JobPayload } from './jobs.ts';
import type { Clock } from './platform/clock.ts';
import type { Log } from './platform/log.ts';
import type { Mailer } from './platform/mailer.ts';
import type { Refusal } from './platform/refusal.ts';
import type { KeyRing } from './platform/token.ts';

/** Asks the workers to look at something; never throws, a lost ring is rung again by the sweep. */
export type Ring = <Name extends JobName>(name: Name, payloads: readonly JobPayload<Name>[]) => Promise<void>;

/** What every verb gets as its first argument. */
export interface Context {
  config: Config;
  db: Db;
  queue: {
    ring: Ring;
    /** Why jobs cannot be relied upon to be kept and worked; undefined when they can. */
    findTrouble(): Promise<Refusal | undefined>;
  };
  mailer: Mailer;
  clock: Clock;
  log: Log;
  keys: KeyRing;
  /** Keys the address hashes of this installation. */
  pepper: Buffer;
}
