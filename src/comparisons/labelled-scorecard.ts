import { personas, type Persona } from './comparison.ts';
import { isAbsent, parseScoreLine } from './figures.ts';
import type { PageLine } from './lines.ts';
import { quoted, refuseAt, type PageRefusal } from './page-refusal.ts';
import { readWords, type PlacedTake, type Scorecard } from './scorecard.ts';
import { isRefusal } from '../platform/refusal.ts';

/** The persona a line names, when it is the head of a labelled pair of takes. */
export function personaOf(text: string): Persona | undefined {
  return personas.find((persona) => text === persona.charAt(0).toUpperCase() + persona.slice(1));
}

/**
 * Reads takes under a reviewer's name: left then right, each a score line and words, or an absent mark such as `No panel take`.
 * Which words are whose must follow from the lines alone: a pair that can be read in two ways is refused.
 */
export function readLabelledScorecard(lines: readonly PageLine[]): Scorecard | PageRefusal {
  const scorecard: Scorecard = { left: [], right: [] };
  const heads = lines.flatMap((line, index) => (personaOf(line.text) === undefined ? [] : [index]));
  for (const [order, index] of heads.entries()) {
    const head = lines[index];
    const persona = personaOf(head?.text ?? '');
    if (head === undefined || persona === undefined) continue;
    if (heads.slice(0, order).some((earlier) => lines[earlier]?.text === head.text)) {
      return refuseAt(head.number, 'contradiction', `${head.text} has a place in the scorecard already`);
    }
    const pair = splitPair(head, lines.slice(index + 1, heads[order + 1]));
    if (isRefusal(pair)) return pair;
    const left = readTake(pair[0], persona);
    const right = readTake(pair[1], persona);
    if (isRefusal(left)) return left;
    if (isRefusal(right)) return right;
    scorecard.left.push(...left);
    scorecard.right.push(...right);
  }
  return { left: inPersonaOrder(scorecard.left), right: inPersonaOrder(scorecard.right) };
}

function inPersonaOrder(takes: readonly PlacedTake[]): PlacedTake[] {
  return personas.flatMap((persona) => takes.filter((take) => take.persona === persona));
}

type LineKind = 'absent' | 'score' | 'words';

function kindOf(line: PageLine): LineKind | PageRefusal {
  if (isAbsent(line.text)) return 'absent';
  const score = parseScoreLine(line.text);
  if (score === undefined) return 'words';
  if (score !== 'not-understood') return 'score';
  const words = `${quoted(line.text)} is no score line: write it as "80/100 · ship", with a score from 0 to 100 and "ship" or "skip"`;
  return refuseAt(line.number, 'not-understood', words);
}

/** Parts the lines under a persona into the left and the right take. */
function splitPair(head: PageLine, lines: readonly PageLine[]): [PageLine[], PageLine[]] | PageRefusal {
  const kinds: LineKind[] = [];
  for (const line of lines) {
    const kind = kindOf(line);
    if (isRefusal(kind)) return kind;
    kinds.push(kind);
  }
  const starts = kinds.flatMap((kind, index) => (kind === 'words' ? [] : [index]));
  const at = findSecondTake(kinds, starts);
  const stray =
    lines[starts[2] ?? -1] ?? lines.find((_, index) => kinds[index] === 'words' && kinds[index - 1] === 'absent');
  if (at !== undefined) return [lines.slice(0, at), lines.slice(at)];
  if (stray !== undefined) {
    const words = `under ${head.text} a third take begins here: a reviewer's name is missing before it, or a line too many`;
    return refuseAt(stray.number, 'ambiguous', words);
  }
  const words = `under ${head.text} two takes should stand, left then right, and it is not clear which lines are whose`;
  return refuseAt(head.number, 'ambiguous', `${words}; write "No panel take" where there is none`);
}

/**
 * Where the right take begins, when there is one way to read it. A score line or an absent mark begins a take; nothing may follow
 * an absent mark but the other take. One score line with words after it could be either tool's: undefined.
 */
function findSecondTake(kinds: readonly LineKind[], starts: readonly number[]): number | undefined {
  const [first, second, third] = starts;
  if (first === undefined || third !== undefined) return undefined;
  const isAloneAt = (index: number, end: number) => kinds[index] !== 'absent' || index === end - 1;
  if (second !== undefined) {
    const isClear = first === 0 && isAloneAt(first, second) && isAloneAt(second, kinds.length);
    return isClear ? second : undefined;
  }
  if (first > 0) return isAloneAt(first, kinds.length) ? first : undefined;
  return kinds[0] === 'absent' && kinds.length > 1 ? 1 : undefined;
}

function readTake(lines: readonly PageLine[], persona: Persona): PlacedTake[] | PageRefusal {
  const [first] = lines;
  if (first === undefined || isAbsent(first.text)) return [];
  const scoreLine = parseScoreLine(first.text);
  const isScored = scoreLine !== undefined && scoreLine !== 'not-understood';
  const words = readWords(isScored ? lines.slice(1) : lines);
  if (isRefusal(words)) return words;
  const { score, verdict } = isScored ? scoreLine : { score: null, verdict: null };
  return [{ persona, score, verdict, words, line: first.number }];
}
