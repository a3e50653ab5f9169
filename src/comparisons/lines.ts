import { controlCharacters } from './control-characters.ts';

/** One line of a page that is not blank, with its place in the file. */
export interface PageLine {
  /** 1-based, as an editor shows it. */
  number: number;
  text: string;
  /** Whether at least one blank line stands before it. */
  afterBlank: boolean;
}

/** Marks where a word may be parted and nothing is seen otherwise: they differ between a page and its saved text. */
const breakMarks = /[\u00AD\u200B\u2060\uFEFF]/g;

/**
 * A line as every form of a page gives it: one blank for any run of blanks (no-break ones and tabs too), none at the ends, no
 * control characters and no invisible break marks; half a surrogate pair, which Postgres cannot store, becomes U+FFFD.
 */
export function cleanLine(text: string): string {
  return text
    .replaceAll(controlCharacters, '')
    .replaceAll(breakMarks, '')
    .replaceAll(/\p{Cs}/gu, '\uFFFD')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

/** The lines of a page that are not blank; the kind of line ending (LF, CRLF, CR) leaves no trace, nor what `cleanLine` takes out. */
export function readPageLines(text: string): PageLine[] {
  const lines: PageLine[] = [];
  let afterBlank = false;
  for (const [index, raw] of text.split(/\r\n|\r|\n/).entries()) {
    const clean = cleanLine(raw);
    if (clean !== '') lines.push({ number: index + 1, text: clean, afterBlank });
    afterBlank = clean === '';
  }
  return lines;
}

/** Several lines as one text: line breaks stay, a run of blank lines is one paragraph break. */
export function joinLines(lines: readonly PageLine[]): string {
  return lines.map((line, index) => (index === 0 ? '' : line.afterBlank ? '\n\n' : '\n') + line.text).join('');
}

/** The number of a line, or of the last one when the index is past the end; 1 for a page without lines. */
export function lineNumberAt(lines: readonly PageLine[], index: number): number {
  return (lines[index] ?? lines.at(-1))?.number ?? 1;
}
