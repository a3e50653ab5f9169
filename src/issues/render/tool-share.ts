import type { Comparison, Tool } from '../../comparisons/comparison.ts';
import { cleanOrNull, nameInSentence } from './clean-words.ts';

/** Longest tool name that is shown, in code points. */
export const nameLimit = 80;

/** A tool's name for a heading or a cell. */
export function shownName({ name }: Tool): string {
  return cleanOrNull(name, nameLimit) ?? 'A tool without a name';
}

/** A tool's name for the middle of a sentence. */
export function spokenName(tool: Tool): string {
  return nameInSentence(shownName(tool));
}

/** The panel's ship share, 0-100: as stated, else from the stated counts, else null. */
export function shareOf({ shipPercent, panel }: Tool): number | null {
  if (shipPercent !== null) return shipPercent;
  const count = panel === null ? 0 : panel.ship + panel.skip;
  return panel === null || count === 0 ? null : (100 * panel.ship) / count;
}

/** "75 %", "66.7 %" */
export function percentText(percent: number): string {
  return `${Math.round(percent * 10) / 10} %`;
}

/** Mean of the panel's scores, 0-100; null unless every one of at least two takes has a score. */
export function averageScore({ takes }: Tool): number | null {
  const scores = takes.flatMap(({ score }) => (score === null ? [] : [score]));
  if (scores.length < 2 || scores.length < takes.length) return null;
  return scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

/** Which of two tools stands first: the greater share, then the greater average score; those without one come last. */
export function compareTools(a: Tool, b: Tool): number {
  return (shareOf(b) ?? -1) - (shareOf(a) ?? -1) || (averageScore(b) ?? -1) - (averageScore(a) ?? -1);
}

/** Every tool of these comparisons once, in order of appearance. */
export function listTools(comparisons: Comparison[]): Tool[] {
  const bySlug = new Map<string, Tool>();
  for (const tool of comparisons.flatMap(({ left, right }) => [left, right]))
    if (!bySlug.has(tool.slug)) bySlug.set(tool.slug, tool);
  return [...bySlug.values()];
}

/** "A", "A and B", "A, B and C" */
export function joinNames(names: string[], last: 'and' | 'or'): string {
  const [end, ...before] = names.toReversed();
  return before.length === 0 ? (end ?? '') : `${before.toReversed().join(', ')} ${last} ${end}`;
}
