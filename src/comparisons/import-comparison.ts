import { describePageChanges } from './page-changes.ts';
import { findMisplacedWords } from './misplaced-words.ts';
import { parseUrl } from './page-head.ts';
import {
  addVersion,
  findStoredComparison,
  insertComparison,
  lockImports,
  updatePageFacts,
  type PageFacts,
  type StoredComparison,
} from './page-store.ts';
import { parseComparisonPage, type ParsedPage } from './parse-page.ts';
import { refusePublication, warnOfPublication, type Publication } from './publication.ts';
import { listStatementsByTools } from './queries.ts';
import { isSameContent, isShownContent } from './same-content.ts';
import type { Statement } from './resolve-comparison.ts';
import { pairSlugOf } from './slug.ts';
import type { ComparisonPage } from './comparison.ts';
import type { Db, Tx } from '../database.ts';
import type { Clock } from '../platform/clock.ts';
import { isRefusal, type Refusal } from '../platform/refusal.ts';
import { inTransaction } from '../platform/transaction.ts';

/** What an import needs of the running program. */
export interface ImportContext {
  db: Db;
  clock: Clock;
}

export interface ImportRequest extends ImportOptions {
  text: string;
}

export interface ImportOptions {
  /** Where a page comes from, as a person knows it: a file's path or an address. */
  source: string;
  /** Counts for a page that does not say when it came out. */
  publishedAt?: Date | null;
  /** With the slug appended it is the address of a page that does not state its own. */
  baseUrl?: string | null;
  /** Where the page was fetched: its address when neither itself nor the base says another. */
  fetchedFrom?: string | null;
  /** Whether it may be an export of ours, which says what is shown rather than what one page said. */
  isStructured?: boolean;
  /** What is known of the page already that a person should be told when it comes in. */
  warnings?: string[];
}

export interface ImportResult {
  slug: string;
  outcome: 'new' | 'unchanged' | 'changed';
  /** The latest version after the import. */
  version: number;
  /** What an edited page says otherwise, a phrase each; empty when new or unchanged. */
  changes: string[];
  /** What a person should know of a page that came in all the same, a sentence each. */
  warnings: string[];
  /** Whether it is dated in the future: it is in, and picked from then on. */
  isAhead: boolean;
}

type Stored = Omit<ImportResult, 'warnings' | 'isAhead'> & { publishedAt: Date | null };

/** Takes one page of plain text in. */
export async function importComparison(ctx: ImportContext, request: ImportRequest): Promise<ImportResult | Refusal> {
  return importParsedPage(ctx, parseComparisonPage(request.text), request);
}

/**
 * Takes one page in, whole or not at all: a new comparison, a new version of a known one, or nothing when it says nothing new.
 * Refused with source and line: what the parser refuses, a publication far ahead, and words known for one tool that fall to the other.
 */
export async function importParsedPage(
  ctx: ImportContext,
  parsed: ParsedPage | Refusal,
  options: ImportOptions,
): Promise<ImportResult | Refusal> {
  if (isRefusal(parsed)) return withSource(parsed, options);
  const now = ctx.clock.now();
  const facts = readFacts(parsed, options, now);
  if (isRefusal(facts)) return facts;
  const { isStructured = false, warnings = [] } = options;
  const result = await inTransaction(ctx.db, async (tx) => {
    await lockImports(tx);
    return storePage(tx, parsed, { ...facts, isStructured, now });
  });
  if (isRefusal(result)) return withSource(result, options);
  const { publishedAt, ...imported } = result;
  const ahead = warnOfPublication(publishedAt, now);
  return { ...imported, isAhead: ahead !== undefined, warnings: ahead === undefined ? warnings : [ahead, ...warnings] };
}

/** What is no page has no lines to point at. */
function withSource(refusal: Refusal, { source, isStructured }: ImportOptions): Refusal {
  const sentence = isStructured === true ? refusal.sentence.replace(/^line \d+: /, '') : refusal.sentence;
  return { refused: refusal.refused, sentence: `${source}: ${sentence}` };
}

function readFacts(parsed: ParsedPage, options: ImportOptions, now: Date): PageFacts | Refusal {
  const publication = readPublication(parsed, options);
  const refusal = refusePublication(publication, now);
  if (refusal !== undefined) return { ...refusal, sentence: `${options.source}: ${refusal.sentence}` };
  const { publishedAt } = publication;
  const { baseUrl = null, fetchedFrom = null } = options;
  if (parsed.url !== null || baseUrl === null) return { url: parsed.url ?? fetchedFrom, publishedAt };
  const url = joinUrl(baseUrl, pairSlugOf(parsed.page.left.slug, parsed.page.right.slug));
  return typeof url === 'string' ? { url, publishedAt } : url;
}

function readPublication({ publishedAt, publishedLine }: ParsedPage, options: ImportOptions): Publication {
  if (publishedAt === null) return { publishedAt: options.publishedAt ?? null, place: '--published-at' };
  return {
    publishedAt: new Date(publishedAt),
    place: publishedLine === null ? 'publishedAt' : `line ${publishedLine}`,
  };
}

/** A page's address from the site's: `https://example.com/compare` and a slug; refused when the site's is no plain web address. */
function joinUrl(baseUrl: string, slug: string): string | Refusal<'bad-base-url'> {
  const base = parseUrl(baseUrl);
  const url = base === undefined || /[?#]/.test(base) ? undefined : parseUrl(`${base.replace(/\/+$/, '')}/${slug}`);
  if (url !== undefined) return url;
  return {
    refused: 'bad-base-url',
    sentence: `${baseUrl} is no address pages can stand under: give one such as https://example.com/compare`,
  };
}

async function storePage(
  tx: Tx,
  parsed: ParsedPage,
  facts: PageFacts & { now: Date; isStructured: boolean },
): Promise<Stored | Refusal> {
  const { page } = parsed;
  const slug = pairSlugOf(page.left.slug, page.right.slug);
  const stored = await findStoredComparison(tx, slug);
  if (stored !== undefined && stored.leftSlug !== page.left.slug) return refuseTakenSlug(slug, stored);
  const known = await listStatementsByTools(tx, [page.left.slug, page.right.slug]);
  const own = known.find((statement) => statement.slug === slug) ?? toStatement(stored, facts.now);
  const isShown = facts.isStructured && own !== undefined && isShownContent(page, own, known);
  if (stored !== undefined && own !== undefined && (isShown || isSameContent(page, own, known))) {
    const { changes, publishedAt } = await storeFacts(tx, stored, facts);
    const outcome = changes.length === 0 ? 'unchanged' : 'changed';
    return { slug, outcome, version: stored.latestVersion, changes, publishedAt };
  }
  const others = known.filter((statement) => statement.slug !== slug).map((statement) => statement.page);
  const misplaced = findMisplacedWords(parsed, withOwnPage(others, stored));
  if (misplaced !== undefined) return misplaced;
  if (stored === undefined) {
    await insertComparison(tx, page, facts);
    return { slug, outcome: 'new', version: 1, changes: [], publishedAt: facts.publishedAt };
  }
  const version = await addVersion(tx, page, { ...stored, now: facts.now });
  const { changes, publishedAt } = await storeFacts(tx, stored, facts);
  const said = [...describePageChanges(stored.content, page), ...changes];
  return { slug, outcome: 'changed', version, changes: said, publishedAt };
}

/** A page that is not among the newest thousand of its tools stands for itself. */
function toStatement(stored: StoredComparison | undefined, now: Date): Statement | undefined {
  return stored && { slug: stored.slug, page: stored.content, statedAt: now, importedOrder: '' };
}

/** What the comparison said before testifies too, unless other pages say it had the words in the wrong place. */
function withOwnPage(others: ComparisonPage[], stored: StoredComparison | undefined): ComparisonPage[] {
  if (stored === undefined) return others;
  const own = { page: stored.content, takeLines: { left: [], right: [] } };
  return findMisplacedWords(own, others) === undefined ? [...others, stored.content] : others;
}

function refuseTakenSlug(slug: string, stored: StoredComparison): Refusal<'slug-taken'> {
  const pair = `${stored.leftSlug} and ${stored.rightSlug}`;
  return {
    refused: 'slug-taken',
    sentence: `the key ${slug} belongs to the comparison of ${pair}: rename a tool on the page`,
  };
}

/** What is not said this time stays as it was stored. */
async function storeFacts(
  tx: Tx,
  stored: StoredComparison,
  facts: PageFacts,
): Promise<Pick<Stored, 'changes' | 'publishedAt'>> {
  const next: PageFacts = { url: facts.url ?? stored.url, publishedAt: facts.publishedAt ?? stored.publishedAt };
  const changes = [
    ...describeFact('address', stored.url ?? undefined, next.url ?? undefined),
    ...describeFact('publication', stored.publishedAt?.toISOString(), next.publishedAt?.toISOString()),
  ];
  if (changes.length > 0) await updatePageFacts(tx, stored.id, next);
  return { changes, publishedAt: next.publishedAt };
}

function describeFact(name: string, was: string | undefined, is: string | undefined): string[] {
  if (was === is) return [];
  return [was === undefined ? `${name} is now stated, ${is}` : `${name} was ${was}, is ${is}`];
}
