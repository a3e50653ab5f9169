import { readFileSync } from 'node:fs';
import { parseComparisonPage, type ParsedPage } from '../../src/comparisons/parse-page.ts';
import type { PageRefusal } from '../../src/comparisons/page-refusal.ts';
import { isRefusal } from '../../src/platform/refusal.ts';

const folder = new URL('../fixtures/comparisons/', import.meta.url);

/** A page with decision table and reviewers' names. */
export const labelledText = readFileSync(new URL('harbor-vs-quillpad.txt', folder), 'utf8');
/** A page of quotations alone; shares Harbor 2.1 and its words with the labelled one. */
export const unlabelledText = readFileSync(new URL('harbor-vs-tern.txt', folder), 'utf8');

/** The page a text must be; throws with the refusal's sentence. */
export function parsePage(text: string): ParsedPage {
  const parsed = parseComparisonPage(text);
  if (isRefusal(parsed)) throw new Error(parsed.sentence);
  return parsed;
}

/** The refusal a text must meet; throws when it comes in. */
export function refusePage(text: string): PageRefusal {
  const parsed = parseComparisonPage(text);
  if (!isRefusal(parsed)) throw new Error('the page was not refused');
  return parsed;
}

/** The text with one part replaced, which must be there. */
export function edit(text: string, part: string, by: string): string {
  if (!text.includes(part)) throw new Error(`no ${JSON.stringify(part)} in the page`);
  return text.replace(part, () => by);
}

/** The 1-based line on which a text first stands. */
export function lineOf(text: string, line: string): number {
  const index = text.split('\n').indexOf(line);
  if (index === -1) throw new Error(`no line ${JSON.stringify(line)}`);
  return index + 1;
}
