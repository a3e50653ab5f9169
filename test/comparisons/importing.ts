import { importComparison, type ImportRequest, type ImportResult } from '../../src/comparisons/import-comparison.ts';
import type { Comparison } from '../../src/comparisons/comparison.ts';
import { findComparisonBySlug } from '../../src/comparisons/queries.ts';
import type { Db } from '../../src/database.ts';
import { isRefusal, type Refusal } from '../../src/platform/refusal.ts';
import { createTestDatabase } from '../support/test-database.ts';

export const labelledSlug = 'harbor-2-1-vs-quillpad';
export const unlabelledSlug = 'harbor-2-1-vs-tern-7b';
const startsAt = '2026-11-10T08:00:00Z';

/** A database of its own with a clock the test sets, and the import as a test calls it. */
export interface Importing {
  db: Db;
  attempt: (text: string, request?: Partial<ImportRequest>) => Promise<ImportResult | Refusal>;
  /** Throws with the refusal's sentence. */
  bringIn: (text: string, request?: Partial<ImportRequest>) => Promise<ImportResult>;
  show: (slug: string) => Promise<Comparison>;
  setNow(moment: string): Date;
  /** Deletes every comparison and sets the clock back. */
  clear(): Promise<void>;
  drop(): Promise<void>;
}

export async function startImporting(): Promise<Importing> {
  const database = await createTestDatabase();
  const { db } = database;
  let now = new Date(startsAt);
  const clock = { now: () => now, sleep: () => Promise.resolve() };
  const attempt: Importing['attempt'] = (text, request) =>
    importComparison({ db, clock }, { text, source: 'page.txt', ...request });
  return {
    db,
    drop: () => database.drop(),
    attempt,
    async bringIn(text, request) {
      const result = await attempt(text, request);
      if (isRefusal(result)) throw new Error(result.sentence);
      return result;
    },
    async show(slug) {
      const comparison = await findComparisonBySlug(db, slug);
      if (comparison === undefined) throw new Error(`no comparison ${slug}`);
      return comparison;
    },
    setNow(moment) {
      now = new Date(moment);
      return now;
    },
    async clear() {
      now = new Date(startsAt);
      await db.deleteFrom('comparisonVersions').execute();
      await db.deleteFrom('comparisons').execute();
    },
  };
}
