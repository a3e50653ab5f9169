import { isAbsent } from './figures.ts';
import type { PageLine } from './lines.ts';
import { quoted, refuseAt, type PageRefusal } from './page-refusal.ts';
import { opensQuotation, readWords, type PlacedTake, type Scorecard } from './scorecard.ts';
import { isRefusal } from '../platform/refusal.ts';

/**
 * Reads takes without labels: one quotation in curly quotes each, left and right by turns; `No panel take` holds a place.
 * Persona, score and verdict stay null: where a take stands says nothing about who gave it.
 */
export function readUnlabelledScorecard(lines: readonly PageLine[]): Scorecard | PageRefusal {
  const scorecard: Scorecard = { left: [], right: [] };
  const places = splitQuotations(lines);
  if (isRefusal(places)) return places;
  const last = places.at(-1)?.[0];
  if (last !== undefined && places.length % 2 === 1) {
    const words = `takes stand left and right by turns, so their count must be even, but there are ${places.length}`;
    return refuseAt(last.number, 'incomplete', `${words}; write "No panel take" where there is none`);
  }
  for (const [index, place] of places.entries()) {
    const take = readQuotation(place);
    if (isRefusal(take)) return take;
    scorecard[index % 2 === 0 ? 'left' : 'right'].push(...take);
  }
  return scorecard;
}

/** Every take's lines: an absent mark, or from an opening quote to the line that closes it. */
function splitQuotations(lines: readonly PageLine[]): PageLine[][] | PageRefusal {
  const places: PageLine[][] = [];
  let open: PageLine[] | undefined;
  for (const line of lines) {
    if (open === undefined) {
      if (!isAbsent(line.text) && !opensQuotation(line.text)) return refuseUnquoted(line);
      open = [];
      places.push(open);
    } else if (opensQuotation(line.text)) {
      return refuseUnclosed(open[0] ?? line);
    }
    open.push(line);
    if (isAbsent(open[0]?.text ?? '') || closesQuotation(open)) open = undefined;
  }
  return open === undefined ? places : refuseUnclosed(open[0] ?? lines[0]);
}

/** Closed is a quotation whose last line ends with the closing quote that no quote opened inside it needs. */
function closesQuotation(lines: readonly PageLine[]): boolean {
  const text = lines.map((line) => line.text).join('\n');
  return text.endsWith('”') && text.split('“').length <= text.split('”').length;
}

function refuseUnquoted(line: PageLine): PageRefusal {
  const words = `${quoted(line.text)} is no take: a quotation in “ ” or "No panel take" should stand here`;
  return refuseAt(line.number, 'not-understood', words);
}

function refuseUnclosed(line: PageLine | undefined): PageRefusal {
  return refuseAt(
    line?.number ?? 1,
    'ambiguous',
    'the quotation that begins here is not closed by ” before the next take begins',
  );
}

function readQuotation(lines: readonly PageLine[]): PlacedTake[] | PageRefusal {
  const [first] = lines;
  if (first === undefined || isAbsent(first.text)) return [];
  const quotation = readWords(lines);
  if (quotation === null || isRefusal(quotation)) return quotation ?? [];
  const words = quotation.slice(1, -1).trim();
  if (words === '')
    return refuseAt(
      first.number,
      'not-understood',
      'the quotation is empty: write "No panel take" where there is none',
    );
  return [{ persona: null, score: null, verdict: null, words, line: first.number }];
}
