import { sql } from 'kysely';
import type { ComparisonPage } from './comparison.ts';
import { hashContent } from './content-hash.ts';
import { pairSlugOf } from './slug.ts';
import type { Tx } from '../database.ts';

/** A stored comparison with its latest version. */
export interface StoredComparison {
  id: string;
  slug: string;
  leftSlug: string;
  rightSlug: string;
  url: string | null;
  publishedAt: Date | null;
  latestVersion: number;
  content: ComparisonPage;
  contentHash: string;
}

/** Imports take turns, so that each sees every page before it; held until the transaction ends. */
export async function lockImports(tx: Tx): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('comparisons: import'))`.execute(tx);
}

/** The newest version of a comparison as it stands, by its slug. */
export async function findStoredComparison(tx: Tx, slug: string): Promise<StoredComparison | undefined> {
  return tx
    .selectFrom('comparisons as c')
    .innerJoin('comparisonVersions as v', (join) =>
      join.onRef('v.comparisonId', '=', 'c.id').onRef('v.version', '=', 'c.latestVersion'),
    )
    .selectAll('c')
    .select(['v.content', 'v.contentHash'])
    .where('c.slug', '=', slug)
    .executeTakeFirst();
}

/** What is said of a page beside its content. */
export interface PageFacts {
  url: string | null;
  publishedAt: Date | null;
}

/** Stores a comparison seen for the first time, with its first version. */
export async function insertComparison(tx: Tx, page: ComparisonPage, facts: PageFacts & { now: Date }): Promise<void> {
  const { url, publishedAt, now } = facts;
  const { slug: leftSlug } = page.left;
  const { slug: rightSlug } = page.right;
  const { id } = await tx
    .insertInto('comparisons')
    .values({
      slug: pairSlugOf(leftSlug, rightSlug),
      leftSlug,
      rightSlug,
      url,
      publishedAt,
      firstImportedAt: now,
      latestVersion: 1,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  await insertVersion(tx, page, { comparisonId: id, version: 1, statedAt: publishedAt ?? now });
}

/** Adds the next version of a comparison, stated now. */
export async function addVersion(
  tx: Tx,
  page: ComparisonPage,
  stored: StoredComparison & { now: Date },
): Promise<number> {
  const version = stored.latestVersion + 1;
  await insertVersion(tx, page, { comparisonId: stored.id, version, statedAt: stored.now });
  await tx.updateTable('comparisons').set({ latestVersion: version }).where('id', '=', stored.id).execute();
  return version;
}

async function insertVersion(
  tx: Tx,
  page: ComparisonPage,
  row: { comparisonId: string; version: number; statedAt: Date },
): Promise<void> {
  const importedAt = sql<Date>`clock_timestamp()`;
  const content = JSON.stringify(page);
  await tx
    .insertInto('comparisonVersions')
    .values({ ...row, content, contentHash: hashContent(page), importedAt })
    .execute();
}

/** Sets where and when a page came out; a publication is also when its first version was stated. */
export async function updatePageFacts(tx: Tx, comparisonId: string, facts: PageFacts): Promise<void> {
  await tx.updateTable('comparisons').set(facts).where('id', '=', comparisonId).execute();
  if (facts.publishedAt === null) return;
  await tx
    .updateTable('comparisonVersions')
    .set({ statedAt: facts.publishedAt })
    .where('comparisonId', '=', comparisonId)
    .where('version', '=', 1)
    .execute();
}
