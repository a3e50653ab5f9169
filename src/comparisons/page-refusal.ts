import type { Refusal } from '../platform/refusal.ts';

export type PageRefusalReason =
  | 'no-comparison'
  | 'cut-off'
  | 'incomplete'
  | 'not-understood'
  | 'ambiguous'
  | 'contradiction'
  | 'same-tool'
  | 'misplaced-words'
  | 'too-long';

/** Why nothing of a page comes in, and the line (1-based) where it shows; the sentence begins `line 17: `. */
export interface PageRefusal extends Refusal<PageRefusalReason> {
  line: number;
}

/** A refusal of a page at one line; `words` say what is wrong there and what to do. */
export function refuseAt(line: number, refused: PageRefusalReason, words: string): PageRefusal {
  return { refused, line, sentence: `line ${line}: ${words}` };
}

const quotedLengthLimit = 80;

/** Text of a page as a sentence shows it: quoted and short. */
export function quoted(text: string): string {
  return text.length > quotedLengthLimit
    ? `"${text.slice(0, quotedLengthLimit).replace(/\p{Cs}$/u, '')}…"`
    : `"${text}"`;
}
