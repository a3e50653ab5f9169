import { sql } from 'kysely';
import type { Comparison } from './comparison.ts';
import { resolveComparison, type Statement } from './resolve-comparison.ts';
import type { Db } from '../database.ts';

/** Most comparisons one list holds. */
export const comparisonsListLimit = 1000;
/** Most pages, newest first, whose labels and facts count beside a page's own. */
const relatedPagesLimit = 1000;
/** Most versions resolved in one call. */
const versionsLimit = 1000;

/** A comparison as a list shows it. */
export interface ListedComparison {
  slug: string;
  title: string;
  publishedAt: Date | null;
}

/** Sorts imports within one moment; timestamps of Postgres are finer than a Date. */
const importedOrder = sql<string>`to_char(v.imported_at at time zone 'UTC', 'YYYYMMDDHH24MISSUS')`;

/** The newest comparisons first (by publication, else first import), at most `limit` after `offset`. */
export async function listComparisons(
  db: Db,
  page: { limit?: number; offset?: number } = {},
): Promise<ListedComparison[]> {
  return db
    .selectFrom('comparisons as c')
    .innerJoin('comparisonVersions as v', 'v.comparisonId', 'c.id')
    .whereRef('v.version', '=', 'c.latestVersion')
    .select(['c.slug', 'c.publishedAt', sql<string>`v.content ->> 'title'`.as('title')])
    .orderBy(sql`coalesce(c.published_at, c.first_imported_at)`, 'desc')
    .orderBy('c.slug')
    .limit(Math.min(page.limit ?? comparisonsListLimit, comparisonsListLimit))
    .offset(page.offset ?? 0)
    .execute();
}

/** The latest version of one comparison, with the labels and newest facts of the pages that share a tool. */
export async function findComparisonBySlug(db: Db, slug: string): Promise<Comparison | undefined> {
  const latest = await db
    .selectFrom('comparisons as c')
    .innerJoin('comparisonVersions as v', 'v.comparisonId', 'c.id')
    .whereRef('v.version', '=', 'c.latestVersion')
    .select('v.id')
    .where('c.slug', '=', slug)
    .executeTakeFirst();
  if (latest === undefined) return undefined;
  return (await listResolvedVersions(db, [latest.id])).get(latest.id);
}

/** The given versions by id, each as a reader sees it today: its own words, labels and newest facts from the other pages. */
export async function listResolvedVersions(db: Db, versionIds: readonly string[]): Promise<Map<string, Comparison>> {
  const rows = await selectStatements(db)
    .where('v.id', 'in', [...new Set(versionIds)].slice(0, versionsLimit))
    .execute();
  const slugs = rows.flatMap(({ page }) => [page.left.slug, page.right.slug]);
  const others = await listStatementsByTools(db, slugs);
  return new Map(
    rows.map((row) => {
      const { slug, url, publishedAt } = row;
      return [row.id, { slug, url, publishedAt, ...resolveComparison(row, others) }];
    }),
  );
}

/** One version as it is shown; throws when there is none. */
export async function getComparisonVersion(db: Db, versionId: string): Promise<Comparison> {
  const comparison = (await listResolvedVersions(db, [versionId])).get(versionId);
  if (comparison === undefined) throw new Error(`no version ${versionId} of a comparison`);
  return comparison;
}

/** The latest version of every page that has one of the tools, newest first. */
export async function listStatementsByTools(db: Db, toolSlugs: readonly string[]): Promise<Statement[]> {
  const slugs = [...new Set(toolSlugs)];
  return selectStatements(db)
    .whereRef('v.version', '=', 'c.latestVersion')
    .where((where) => where.or([where('c.leftSlug', 'in', slugs), where('c.rightSlug', 'in', slugs)]))
    .orderBy('v.statedAt', 'desc')
    .orderBy('v.importedAt', 'desc')
    .limit(relatedPagesLimit)
    .execute();
}

/** A version in a comparison's history. */
export interface ListedVersion {
  id: string;
  version: number;
  statedAt: Date;
  importedAt: Date;
}

/** All versions of one comparison, newest first. */
export async function listVersionsOfComparison(db: Db, slug: string): Promise<ListedVersion[]> {
  return db
    .selectFrom('comparisonVersions as v')
    .innerJoin('comparisons as c', 'c.id', 'v.comparisonId')
    .select(['v.id', 'v.version', 'v.statedAt', 'v.importedAt'])
    .where('c.slug', '=', slug)
    .orderBy('v.version', 'desc')
    .limit(versionsLimit)
    .execute();
}

function selectStatements(db: Db) {
  return db
    .selectFrom('comparisonVersions as v')
    .innerJoin('comparisons as c', 'c.id', 'v.comparisonId')
    .select([
      'v.id',
      'c.slug',
      'c.url',
      'c.publishedAt',
      'v.content as page',
      'v.statedAt',
      importedOrder.as('importedOrder'),
    ]);
}
