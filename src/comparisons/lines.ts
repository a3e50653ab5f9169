/** One line of a page that is not blank, with its place in the file. */
export interface PageLine {
  /** 1-based, as an editor shows it. */
  number: number;
  text: string;
  /** Whether at least one blank line stands before it. */
  afterBlank: boolean;
}

/**
 * The lines of a page that are not blank. A byte-order mark, the kind of line ending (LF, CRLF, CR), blanks round a line and
 * control characters other than the tab leave no trace; half a surrogate pair, which Postgres cannot store, becomes U+FFFD.
 */
export function readPageLines(text: string): PageLine[] {
  const lines: PageLine[] = [];
  let afterBlank = false;
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\r|\n/)
    .entries()) {
    const clean = raw
      .replaceAll(/[^\P{Cc}\t]/gu, '')
      .replaceAll(/\p{Cs}/gu, '\uFFFD')
      .trim();
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
