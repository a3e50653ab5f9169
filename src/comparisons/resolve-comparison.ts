import type { ComparisonPage, Take, Tool } from './comparison.ts';
import { wordsKeyOf } from './take-words.ts';

/** What one page states, and when it said so. */
export interface Statement {
  slug: string;
  page: ComparisonPage;
  statedAt: Date;
  /** Sorts statements of the same moment by their import, as text. */
  importedOrder: string;
}

type Fact = Exclude<keyof Tool, 'name' | 'slug' | 'takes'>;
const facts: readonly Fact[] = [
  'category',
  'tagline',
  'description',
  'entry',
  'pricing',
  'bestFor',
  'shipPercent',
  'panel',
  'community',
];

/** Sorts the newest statement first. */
export function compareNewestFirst(one: Statement, other: Statement): number {
  const byTime = other.statedAt.getTime() - one.statedAt.getTime();
  if (byTime !== 0) return byTime;
  return one.importedOrder < other.importedOrder ? 1 : one.importedOrder > other.importedOrder ? -1 : 0;
}

/**
 * One page as it is shown beside the others: a take without labels takes persona, score and verdict from the same words under a
 * labelled persona of the same tool; a fact it states gives way to a newer statement of the same fact. Nothing it does not state is
 * filled in, and its takes keep their own words.
 *
 * @param others the latest versions of pages that share a tool, in any order; versions of the same comparison are passed over
 */
export function resolveComparison(own: Statement, others: readonly Statement[]): ComparisonPage {
  const pages = others.filter((other) => other.slug !== own.slug).toSorted(compareNewestFirst);
  return {
    title: own.page.title,
    left: resolveTool(own, own.page.left, pages),
    right: resolveTool(own, own.page.right, pages),
  };
}

function resolveTool(own: Statement, tool: Tool, others: readonly Statement[]): Tool {
  const same = others.flatMap((other) => toolsOf(other, tool.slug));
  const newer = others
    .filter((other) => compareNewestFirst(other, own) < 0)
    .flatMap((other) => toolsOf(other, tool.slug));
  const resolved: Tool = { ...tool, takes: labelTakes(tool.takes, same) };
  for (const fact of facts) Object.assign(resolved, { [fact]: newestFact(fact, tool, newer) });
  return resolved;
}

function toolsOf({ page }: Statement, slug: string): Tool[] {
  return [page.left, page.right].filter((tool) => tool.slug === slug);
}

function newestFact(fact: Fact, tool: Tool, newer: readonly Tool[]): Tool[Fact] {
  if (tool[fact] === null) return null;
  return newer.find((other) => other[fact] !== null)?.[fact] ?? tool[fact];
}

function labelTakes(takes: readonly Take[], tools: readonly Tool[]): Take[] {
  const labelled = tools.flatMap((tool) => tool.takes).filter((take) => take.persona !== null && take.words !== null);
  const byWords = new Map<string, Take>();
  for (const take of labelled) {
    const key = wordsKeyOf(take.words ?? '');
    if (!byWords.has(key)) byWords.set(key, take);
  }
  return takes.map((take) => {
    const label = take.persona === null && take.words !== null ? byWords.get(wordsKeyOf(take.words)) : undefined;
    if (label === undefined) return take;
    return { persona: label.persona, score: label.score, verdict: label.verdict, words: take.words };
  });
}
