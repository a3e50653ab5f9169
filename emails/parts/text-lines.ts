/** Columns of the plain text; the limit of format=flowed readers is 78, quoting takes a few. */
export const textWidth = 72;

/** Breaks a paragraph at blanks into lines of at most `textWidth` columns; a longer word (a link) stays whole. */
export function wrap(paragraph: string, indent = ''): string {
  const lines: string[] = [];
  for (const word of glueNumbers(paragraph).split(/[ \n]+/)) {
    const last = lines.at(-1);
    if (last !== undefined && columnsOf(indent) + columnsOf(last) + columnsOf(word) + 1 <= textWidth)
      lines[lines.length - 1] = `${last} ${word}`;
    else if (word !== '') lines.push(word);
  }
  return lines.map((line) => (indent + line).replaceAll(GLUE, ' ')).join('\n');
}

const GLUE = '\u{F8FF}';

/** Code points: near enough to columns for a wrap. */
function columnsOf(line: string): number {
  return Array.from(line).length;
}

/** Keeps "75 %" and "▲ ship 84" on one line. */
function glueNumbers(paragraph: string): string {
  return paragraph.replaceAll(/(\d) %/g, `$1${GLUE}%`).replaceAll(/([▲▽]) (\w+)(?: (\d))?/g, glueMark);
}

function glueMark(_: string, mark: string, ...rest: (string | undefined)[]): string {
  const [word, digit] = rest;
  return [mark, word, digit].filter((part) => part !== undefined).join(GLUE);
}

/** A heading over a rule of its own length. */
export function underline(heading: string, rule: '=' | '-'): string {
  const wrapped = wrap(heading);
  const widest = Math.max(...wrapped.split('\n').map((line) => columnsOf(line)));
  return `${wrapped}\n${rule.repeat(Math.min(widest, textWidth))}`;
}

/** Paragraphs with an empty line between; what is null or empty is left out. */
export function paragraphs(...blocks: (string | null)[]): string {
  return blocks.filter((block) => block !== null && block !== '').join('\n\n');
}
