import type { Migration } from 'kysely';
import * as first from './0001-first/index.ts';

/** Every migration, oldest first. A landed one is never edited: mend forward. */
export const migrations: Record<string, Migration> = {
  '0001-first': first,
};
