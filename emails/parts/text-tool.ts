import { type QuotePart, type SplitCell, type SplitPart, type ToolPart, quoteSides } from '../weekly-issue-props.ts';
import { wrap } from './text-lines.ts';

const marks: Record<Exclude<SplitCell['state'], 'absent'>, string> = {
  ship: '▲ ship',
  skip: '▽ skip',
  unstated: 'verdict not said',
};

/** What a tool is, under its heading; empty where the page does not say. */
export function toolIntro({ what, category }: ToolPart): string {
  return [what, category]
    .filter((line) => line !== null)
    .map((line) => wrap(line))
    .join('\n');
}

/** "75 % ship, 3 of 4 reviewers ship it" */
export function shareText({ share }: ToolPart): string {
  return wrap([share.line, ...share.notes].join(', '));
}

/** The reviewer split, a persona after the other, those without a take named last. */
export function splitText({ cells, note }: SplitPart): string {
  const absent = cells.filter(({ state }) => state === 'absent').map(({ persona }) => persona);
  const missing = absent.length > 0 ? [`no take: ${absent.join(', ')}`] : [];
  const given = cells.flatMap((cell) => (cell.state === 'absent' ? [] : [cellText(cell, cell.state)]));
  return [[...given, ...missing].join('; '), note ?? '']
    .filter((line) => line !== '')
    .map((line) => wrap(line))
    .join('\n');
}

function cellText({ persona, score }: SplitCell, state: keyof typeof marks): string {
  return `${persona} ${marks[state]}${score === null ? '' : ` ${score}`}`;
}

/** The quotes, each a paragraph that begins with the side it takes. */
export function quotesText(quotes: QuotePart[]): string {
  return quotes
    .map(({ side, words, by }) => wrap(`${quoteSides[side]}: “${words}”${by === null ? '' : ` (${by})`}`))
    .join('\n\n');
}

/** Best for and pricing, a line each. */
export function factsText({ bestFor, pricing }: ToolPart): string {
  const lines = [bestFor === null ? '' : `Best for: ${bestFor}`, `Pricing: ${pricing ?? 'not stated on the page'}`];
  return lines
    .filter((line) => line !== '')
    .map((line) => wrap(line))
    .join('\n');
}
