import { type RawBuilder, sql } from 'kysely';
import type { Db, Tx } from '../database.ts';
import type { Issue } from './queries.ts';
import type { CarriedPick } from './render/read-carried-picks.ts';
import type { UnknownIssuesTable } from './tables.ts';

/** What the provider has taken of an issue that never went out as far as this database knows. */
export interface UnknownIssue extends Omit<UnknownIssuesTable, 'notedAt'> {
  /** What its mails carry; empty where that could not be read. */
  picks: CarriedPick[];
}

/** Whether a comparison `c` is what the unknown pick `k` names, whichever way round the mail named its tools. */
const isCarried: RawBuilder<boolean> = sql`(
  (k.left_slug, k.right_slug) in ((c.left_slug, c.right_slug), (c.right_slug, c.left_slug)) or k.link = c.url)`;

/** True of a comparison `c` that went out already in an unknown issue. */
export const wentOutUnknown: RawBuilder<boolean> = sql`exists (select from unknown_picks k where ${isCarried})`;

/** Which of these ids are of issues that went out, or are going out, as this database knows it. */
export async function listFrozenIds(db: Db, ids: readonly string[]): Promise<Set<string>> {
  const rows = await db
    .selectFrom('issues')
    .select('id')
    .where('id', 'in', [...ids])
    .where('frozenAt', 'is not', null)
    .execute();
  return new Set(rows.map(({ id }) => id));
}

/** Keeps what is known of an unknown issue; told again, it forgets nothing. */
export async function noteUnknownIssue(tx: Tx, { picks, ...issue }: UnknownIssue, at: Date): Promise<void> {
  await tx
    .insertInto('unknownIssues')
    .values({ ...issue, notedAt: at })
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet({
        number: sql`coalesce(unknown_issues.number, excluded.number)`,
        mailsCount: sql`greatest(unknown_issues.mails_count, excluded.mails_count)`,
        firstAt: sql`least(unknown_issues.first_at, excluded.first_at)`,
        lastAt: sql`greatest(unknown_issues.last_at, excluded.last_at)`,
      }),
    )
    .execute();
  if (picks.length === 0) return;
  await tx
    .insertInto('unknownPicks')
    .values(picks.map((pick) => ({ ...pick, unknownIssueId: issue.id })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** What an unknown issue carried, and which comparison here that is: null where there is none. */
export interface FoundPick {
  leftSlug: string;
  rightSlug: string;
  slug: string | null;
}

/** The picks noted of an unknown issue, those that are here by their slug. */
export async function listFoundPicks(db: Db, unknownIssueId: string): Promise<FoundPick[]> {
  const found = await sql<FoundPick>`
    select k.left_slug, k.right_slug, c.slug from unknown_picks k left join comparisons c on ${isCarried}
    where k.unknown_issue_id = ${unknownIssueId} order by c.slug, k.left_slug, k.right_slug`.execute(db);
  return found.rows;
}

/** Why an issue repeats one that went out without this database knowing. */
export interface WentOut {
  subject: string;
  lastAt: Date;
  /** Comparisons in both. */
  slugs: string[];
  /** It is that issue itself, from before it went out. */
  isSame: boolean;
}

/**
 * The unknown issue that this one would repeat: itself, one with a comparison of it, or one with its subject. A subject may come
 * round again with other picks, so it counts only for what was composed before, or where nobody knows what the other carried.
 */
export async function findWentOut(db: Db, { id, subject, composedAt }: Issue): Promise<WentOut | undefined> {
  const found = await sql<WentOut>`
    select u.subject, u.last_at, u.id = ${id} as is_same, array(
        select distinct c.slug from picks p join comparisons c on c.id = p.comparison_id
        join unknown_picks k on k.unknown_issue_id = u.id and ${isCarried}
        where p.issue_id = ${id} order by c.slug) as slugs
    from unknown_issues u
    where u.id = ${id}
      or exists (select from picks p join comparisons c on c.id = p.comparison_id
        join unknown_picks k on k.unknown_issue_id = u.id and ${isCarried} where p.issue_id = ${id})
      or u.subject = ${subject} and (${composedAt}::timestamptz < u.noted_at
        or not exists (select from unknown_picks k where k.unknown_issue_id = u.id))
    order by is_same desc, u.last_at desc limit 1`.execute(db);
  return found.rows[0];
}

/** One sentence for a person, without the mend. */
export function describeWentOut({ subject, lastAt, slugs, isSame }: WentOut): string {
  const when = `on ${lastAt.toISOString().slice(0, 10)}`;
  const known = 'this database was restored from before that';
  if (isSame) return `This issue went out already ${when}, as “${subject}”; ${known}.`;
  const what = slugs.length === 0 ? 'An issue with this subject' : slugs.join(', ');
  return `${what} went out already ${when}, in “${subject}”, an issue that is unknown here; ${known}.`;
}
