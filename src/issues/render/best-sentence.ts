import type { Take } from '../../comparisons/comparison.ts';
import { cleanWords, countCodePoints, cutAtWord } from './clean-words.ts';
import { splitSentences } from './split-sentences.ts';

export type Side = 'for' | 'against';

export interface BestSentence {
  words: string;
  take: Take;
}

/** Longest sentence a card shows, in code points; a longer one is cut, after a clause where it has one. */
export const sentenceLimit = 200;

/** How much of a page is read for a sentence: what comes later never wins, and a monstrous page must not cost seconds. */
export const lookedAt = { takesCount: 20, wordsLength: 2_000 } as const;

/** Where a sentence says enough and is still read at a glance. */
const easyLength = { least: 60, most: 160 } as const;

/** Words that speak for a tool (above nought) or against it (below); a "no" alone says little, since "no API key" is praise. */
const cues: [RegExp, number][] = [
  [/\b(?:earns?(?! nothing)|wins?|beats?|best|the difference|upgrade[ds]?|survives?)\b/giu, 2],
  [
    /\b(?:better|genuine(?:ly)?|capable|correct|clean|fast(?:er|est)?|free(?:ly)?|strong|viable|right|works?|practical|accessible|easy|cheap(?:er)?|solid|rare|shrinks?|gives?)\b/giu,
    1,
  ],
  [
    /\b(?:no (?:business|moat|defensible)|competitors?|competition|rivals?|alternatives?|crowd(?:s|ed)?|breaks?|broken|kill(?:s|ed)?|dies?|risks?|skip|cherry-picked|self-reported|yellow flag|unclear|missing|absent|hard|limit(?:s|ed|ations?)|collapses?|worth verifying|slow(?:er)?|overhead|nobody|lacks?|hurts?|pointless|worse|irrelevant|walls?|legal review|stress test|ceiling)\b/giu,
    -2,
  ],
  [/\b(?:but|however|although|unless|question|depend(?:s|ency)|has to hold|would have to|claims?)\b/giu, -1],
  [/\b(?:no|not|nor|nothing|never|neither|cannot|without)\b|n['’]t\b/giu, -0.5],
];
/** A price or a measure; the number in a product's name is none. */
const figures = /[$€£]\s?\d[\d.,]*|\b\d[\d.,]*\s?(?:%|[x×]\b|GB\b|MB\b|ms\b|(?:hours?|minutes?|times|of \d+)\b)/giu;
/** Openings that lean on the sentence before, which the card does not show. */
const leaning = /^(?:that said|still|this|that|these|those|it|it['’]s|they|and|but|so|also|the answer|if that)\b/iu;

/** Pages begin with the reviewer who built with the tool, whose praise is of what was tried; doubt may come from anyone. */
const orderCost: Record<Side, number> = { for: 0.75, against: 0 };

interface Candidate extends BestSentence {
  /** Above nought where the sentence speaks for the side asked for, below where it speaks for the other. */
  lean: number;
  points: number;
}

/**
 * The sentence of these takes that speaks most for a tool, or against it: of readable length, concrete, able to stand alone.
 * The same takes give the same sentence; undefined when none has words. Sentences already told are passed over, and then one
 * that speaks for the other side is no substitute.
 */
export function pickBestSentence(
  takes: Take[],
  side: Side,
  told: ReadonlySet<string> = new Set(),
): BestSentence | undefined {
  const candidates = takes.slice(0, lookedAt.takesCount).flatMap((take, order) =>
    listCandidates(take, side).map((candidate) => ({
      ...candidate,
      points: candidate.points - order * orderCost[side],
    })),
  );
  const fresh = candidates.filter(({ words }) => !told.has(words));
  const fitting = fresh.filter(({ lean }) => lean >= 0);
  const isFirstTelling = fresh.length === candidates.length;
  const [first, ...others] = fitting.length === 0 && isFirstTelling ? fresh : fitting;
  if (first === undefined) return undefined;
  const { words, take } = others.reduce((best, other) => (other.points > best.points ? other : best), first);
  return { words, take };
}

function listCandidates(take: Take, side: Side): Candidate[] {
  const sentences = splitSentences(unquote(cleanWords(openingOf(take)))).filter((words) => /\p{L}/u.test(words));
  return sentences.map((sentence, index) => {
    const words = shorten(sentence);
    const lean = leanOf(words) * (side === 'for' ? 1 : -1);
    // What comes first in a take is what its reviewer thought of first.
    return { take, words, lean, points: ratePlainly(words) + lean - index * 0.25 };
  });
}

/** A take's words as far as they are looked at, without the sentence that this cuts. */
function openingOf({ words }: Take): string {
  if (words === null || words.length <= lookedAt.wordsLength) return words ?? '';
  const opening = words.slice(0, lookedAt.wordsLength);
  const sentences = splitSentences(opening);
  return sentences.length > 1 ? sentences.slice(0, -1).join(' ') : opening;
}

/** A sentence that fits; a long one ends after the last clause that does, else after the last word. */
function shorten(sentence: string): string {
  if (countCodePoints(sentence) <= sentenceLimit) return sentence;
  const ends = Array.from(sentence.matchAll(/(?: [—–]|;|:) /gu), ({ index }) => index);
  const end = ends.findLast((at) => at >= easyLength.least && at <= easyLength.most);
  return end === undefined ? cutAtWord(sentence, sentenceLimit) : `${sentence.slice(0, end)}…`;
}

function leanOf(words: string): number {
  return cues.reduce((sum, [pattern, weight]) => sum + Math.min(2, countOf(pattern, words)) * weight, 0);
}

/** How well a sentence reads, whatever it says. */
function ratePlainly(words: string): number {
  const penalties = (leaning.test(words) ? 2 : 0) + (words.endsWith('?') ? 3 : 0) + (words.endsWith('…') ? 1 : 0);
  return lengthPoints(words) + concretePoints(words) - penalties;
}

function lengthPoints(words: string): number {
  const length = countCodePoints(words);
  if (length > easyLength.most) return -((length - easyLength.most) / 20);
  return length < easyLength.least ? -((easyLength.least - length) / 15) : 2;
}

/** Figures are what a reader can check; a row of other tools' names is no reason. */
function concretePoints(words: string): number {
  const names = countOf(/(?<=\s)\p{Lu}[\p{L}\d.-]+/gu, words);
  return Math.min(2, countOf(figures, words)) - (names > 3 ? 2 : 0);
}

function countOf(pattern: RegExp, words: string): number {
  return [...words.matchAll(pattern)].length;
}

/** Quotation marks round the whole go: the card puts its own. */
function unquote(words: string): string {
  return /^[“"].*[”"]$/su.test(words) ? words.slice(1, -1).trim() : words;
}
