import { personas, type ComparisonPage, type Take, type Tool } from './comparison.ts';
import { hashContent } from './content-hash.ts';
import { resolveComparison, type Statement } from './resolve-comparison.ts';

/**
 * Whether two readings of one comparison say the same, whatever form each was read from: where a line or paragraph breaks does not
 * count, nor the order of takes that all carry their reviewer, nor a label that another page lends the same words.
 *
 * @param known the latest version of every page that shares a tool, this one's included
 */
export function isSameContent(page: ComparisonPage, stored: Statement, known: readonly Statement[]): boolean {
  const keyOf = (one: ComparisonPage) => hashContent(normalise(one));
  if (keyOf(page) === keyOf(stored.page)) return true;
  const lend = (one: ComparisonPage) => withLentLabels(one, stored, known);
  return keyOf(lend(page)) === keyOf(lend(stored.page));
}

/** Whether a page says just what is shown of the stored one today, other pages' newer facts and labels included: an export of ours. */
export function isShownContent(page: ComparisonPage, stored: Statement, known: readonly Statement[]): boolean {
  return hashContent(normalise(page)) === hashContent(normalise(resolveComparison(stored, known)));
}

function withLentLabels(page: ComparisonPage, stored: Statement, known: readonly Statement[]): ComparisonPage {
  const { left, right } = resolveComparison({ ...stored, page }, known);
  return {
    ...page,
    left: { ...page.left, takes: left.takes },
    right: { ...page.right, takes: right.takes },
  };
}

function normalise(page: ComparisonPage): ComparisonPage {
  return { title: page.title, left: normaliseTool(page.left), right: normaliseTool(page.right) };
}

function normaliseTool(tool: Tool): Tool {
  const takes = tool.takes.map((take) => ({ ...take, words: onOneLine(take.words) }));
  return {
    ...tool,
    description: onOneLine(tool.description),
    takes: takes.every(isLabelled) ? takes.toSorted(byPersona) : takes,
  };
}

function onOneLine(text: string | null): string | null {
  return text?.replaceAll(/\s+/g, ' ') ?? null;
}

function isLabelled(take: Take): boolean {
  return take.persona !== null;
}

function byPersona(one: Take, other: Take): number {
  return personas.indexOf(one.persona ?? 'builder') - personas.indexOf(other.persona ?? 'builder');
}
