import type { Tool, Verdict } from './comparison.ts';

/** Longest text of a one-line fact: category, tagline, pricing, best for. */
export const factLengthLimit = 1000;

const absentMarks = new Set(['—', '–', '-', 'no panel take', 'no panel verdict yet', 'no community votes yet']);
const panelVerdictWords = new Set(['ship', 'skip', 'mixed', 'split', 'tie', 'hold', 'wait', 'no panel verdict yet']);

/** Whether a page says with this text that it has nothing to say. */
export function isAbsent(text: string): boolean {
  return absentMarks.has(text.toLowerCase());
}

/** Whether a line is the panel's verdict in one word, as it stands above the share. */
export function isPanelVerdict(text: string): boolean {
  return panelVerdictWords.has(text.toLowerCase());
}

/** `75%` as a number from 0 to 100; undefined for any other text, figures over 100 included. */
export function parsePercent(text: string): number | undefined {
  const match = /^(\d{1,3}(?:\.\d{1,4})?)\s*%$/.exec(text);
  const percent = Number(match?.[1]);
  return match !== null && percent <= 100 ? percent : undefined;
}

/** Whether a line is meant as a figure, understood or not: `101%`, `75`, `7,5 %`, `-5%`. */
export function looksLikeFigure(text: string): boolean {
  return /^[^\p{L}\d]?\d[\d.,\s]*%?$/u.test(text);
}

const votes = String.raw`(\d{1,3}(?:,\d{3})+|\d{1,9}) votes?`;
const communityForms = [
  /^(\S+%)(?: ship)?$/i,
  new RegExp(String.raw`^(\S+%)(?: ship)?\s*[·•|,/–-]\s*${votes}$`, 'i'),
  new RegExp(String.raw`^(\S+%)(?: ship)?\s*\(${votes}\)$`, 'i'),
];

/** `62% ship · 124 votes`, `62% · 124 votes`, `62% (124 votes)` or `62%`; null for an absent mark, undefined when not understood. */
export function parseCommunity(text: string): Tool['community'] | undefined {
  if (isAbsent(text)) return null;
  for (const form of communityForms) {
    const match = form.exec(text.replaceAll(/\s+/g, ' '));
    const shipPercent = parsePercent(match?.[1] ?? '');
    if (match === null || shipPercent === undefined) continue;
    return { shipPercent, votes: match[2] === undefined ? null : Number(match[2].replaceAll(',', '')) };
  }
  return undefined;
}

/** `Ship · 3 ship / 1 skip` gives the counts; a verdict alone or an absent mark null; undefined when not understood. */
export function parsePanel(text: string): Tool['panel'] | undefined {
  if (isAbsent(text) || isPanelVerdict(text)) return null;
  const match = /^(?:[^\d·]+·\s*)?(\d{1,4})\s+ship\s*[/·,]\s*(\d{1,4})\s+skip$/i.exec(text);
  return match === null ? undefined : { ship: Number(match[1]), skip: Number(match[2]) };
}

export interface ScoreLine {
  score: number | null;
  verdict: Verdict | null;
}

/**
 * The line above a take's words: `80/100 · ship`, `80/100`, `ship`, `80/100 · —`, `— · ship`.
 * Undefined for words, `'not-understood'` for a line that is meant as a score line and breaks the rules (over 100, another verdict).
 */
export function parseScoreLine(text: string): ScoreLine | 'not-understood' | undefined {
  const match = /^(?:(\d{1,3})\s*\/\s*100|[—–-])?\s*(?:·\s*)?(ship|skip|[—–-])?$/i.exec(text);
  const verdict = verdictOf(match?.[2]);
  const score = match?.[1] === undefined ? null : Number(match[1]);
  if (match !== null && (score !== null || verdict !== null)) {
    return score !== null && score > 100 ? 'not-understood' : { score, verdict };
  }
  return /^\S{0,12}\s*\/\s*\d+(?:\s*·.*)?$|^·|·\s*(?:ship|skip)$/i.test(text) ? 'not-understood' : undefined;
}

function verdictOf(word: string | undefined): Verdict | null {
  const lower = word?.toLowerCase();
  return lower === 'ship' || lower === 'skip' ? lower : null;
}
