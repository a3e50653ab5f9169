import type { ComparisonPage, Tool } from './comparison.ts';
import { quoted, refuseAt, type PageRefusal } from './page-refusal.ts';
import type { ParsedPage } from './parse-page.ts';
import { wordsKeyOf } from './take-words.ts';

/**
 * Refuses a page on which words known for one of its tools fall to the other: two takes have changed places, or one is missing
 * without its mark. Known are the words on `pages` (the latest versions) and on the page itself; words known for both are nobody's.
 */
export function findMisplacedWords(
  parsed: Pick<ParsedPage, 'page' | 'takeLines'>,
  pages: readonly ComparisonPage[],
): PageRefusal | undefined {
  const { left, right } = parsed.page;
  const knownLeft = listWords(left.slug, pages);
  const knownRight = listWords(right.slug, pages);
  const ownLeft = new Set(left.takes.flatMap(keysOf));
  const places = [
    ...placesOf(left, parsed.takeLines.left, { own: knownLeft, others: knownRight, other: right }),
    ...placesOf(right, parsed.takeLines.right, { own: knownRight, others: knownLeft, other: left }),
  ].toSorted((one, other) => one.line - other.line);
  for (const { tool, other, line, key, isStrange } of places) {
    const isTwice = tool === right && ownLeft.has(key);
    if (!isStrange && !isTwice) continue;
    const where = isTwice ? 'on this page too' : 'on a page that is stored';
    const words = `this take falls to ${quoted(tool.name)}, but its words are ${quoted(other.name)}'s ${where}`;
    return refuseAt(
      line,
      'misplaced-words',
      `${words}: see whether takes have changed places or one is missing before it`,
    );
  }
  return undefined;
}

interface Known {
  own: ReadonlySet<string>;
  others: ReadonlySet<string>;
  other: Tool;
}

function placesOf(tool: Tool, lines: readonly number[], known: Known) {
  return tool.takes.flatMap((take, index) =>
    keysOf(take).map((key) => ({
      tool,
      other: known.other,
      line: lines[index] ?? 1,
      key,
      isStrange: !known.own.has(key) && (known.others.has(key) || holdsWords(key, known)),
    })),
  );
}

/** Shorter words may stand in another take by chance. */
const tellingLength = 40;

/** Whether a take has the other tool's words within: two paragraphs have run together. */
function holdsWords(key: string, { own, others }: Known): boolean {
  return [...others].some((words) => words.length >= tellingLength && !own.has(words) && key.includes(words));
}

function keysOf(take: { words: string | null }): string[] {
  return take.words === null ? [] : [wordsKeyOf(take.words)];
}

function listWords(slug: string, pages: readonly ComparisonPage[]): Set<string> {
  const tools = pages.flatMap((page) => [page.left, page.right]).filter((tool) => tool.slug === slug);
  return new Set(tools.flatMap((tool) => tool.takes.flatMap(keysOf)));
}
