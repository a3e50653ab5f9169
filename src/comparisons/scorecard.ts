import type { Take } from './comparison.ts';
import { joinLines, type PageLine } from './lines.ts';
import { refuseAt, type PageRefusal } from './page-refusal.ts';

export const wordsLengthLimit = 10_000;
/** Most takes one page may have, both tools together. */
export const takesCountLimit = 100;

/** A take and the line it begins on, so that a later check can still say where. */
export interface PlacedTake extends Take {
  line: number;
}

/** Both tools' takes, in the order they are stored. */
export interface Scorecard {
  left: PlacedTake[];
  right: PlacedTake[];
}

/** The words of a take from its lines; null for none, refused past the limit. */
export function readWords(lines: readonly PageLine[]): string | null | PageRefusal {
  const words = joinLines(lines);
  if (words.length <= wordsLengthLimit) return words === '' ? null : words;
  return refuseAt(lines[0]?.number ?? 1, 'too-long', `a take may have ${wordsLengthLimit} characters, not more`);
}

/** Whether a line opens a quotation, as every take of the form without labels does. */
export function opensQuotation(text: string): boolean {
  return text.startsWith('“');
}
