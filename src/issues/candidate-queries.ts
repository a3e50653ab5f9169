import { sql } from 'kysely';
import type { Db } from '../database.ts';
import { addHours } from '../schedule/schedule.ts';
import { candidateDaysLimit, type LastFeatured } from './rate-candidate.ts';
import { wentOutUnknown } from './unknown-issues.ts';

/** More new comparisons than this in four weeks are not looked at; the newest are. */
export const candidatesLimit = 500;

export interface CandidateRow {
  comparisonId: string;
  versionId: string;
  slug: string;
  leftSlug: string;
  rightSlug: string;
  newAt: Date;
}

/**
 * Comparisons in no issue that was frozen and in no unknown one, new in the last 28 days, at their latest version; newest first,
 * 500 at most. A page dated in the future is not out yet.
 */
export async function listCandidates(db: Db, now: Date): Promise<CandidateRow[]> {
  const since = addHours(now, -24 * candidateDaysLimit);
  const found = await sql<CandidateRow>`
    select c.id as comparison_id, v.id as version_id, c.slug, c.left_slug, c.right_slug,
      coalesce(c.published_at, c.first_imported_at) as new_at
    from comparisons c
    join comparison_versions v on v.comparison_id = c.id and v.version = c.latest_version
    where coalesce(c.published_at, c.first_imported_at) >= ${since}
      and (c.published_at is null or c.published_at <= ${now})
      and not exists (
        select 1 from picks p join issues i on i.id = p.issue_id
        where p.comparison_id = c.id and i.frozen_at is not null)
      and not ${wentOutUnknown}
    order by new_at desc, c.slug limit ${candidatesLimit}`.execute(db);
  return found.rows;
}

/** The last frozen issue each of these tools was in, by tool slug; tools that were in none are absent. */
export async function mapLastFeatured(db: Db, toolSlugs: readonly string[]): Promise<Map<string, LastFeatured>> {
  const found = await sql<{ slug: string } & LastFeatured>`
    select distinct on (tool.slug) tool.slug, i.number as issue_number, i.frozen_at as featured_at
    from issues i
    join picks p on p.issue_id = i.id
    join comparisons c on c.id = p.comparison_id
    cross join lateral (values (c.left_slug), (c.right_slug)) as tool(slug)
    where i.frozen_at is not null and tool.slug = any(${[...toolSlugs]}::text[])
    order by tool.slug, i.frozen_at desc`.execute(db);
  return new Map(found.rows.map(({ slug, ...last }) => [slug, last]));
}

/** The number the next issue gets: one above the highest that readers know. */
export async function getNextNumber(db: Db): Promise<number> {
  const { rows } = await sql<{ highest: number | null }>`
    select greatest((select max(number) from issues), (select max(number) from unknown_issues)) as highest`.execute(db);
  return (rows[0]?.highest ?? 0) + 1;
}
