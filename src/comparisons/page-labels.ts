import { personas } from './comparison.ts';
import { isAbsent, parseCommunity, parsePercent } from './figures.ts';
import type { PageLine } from './lines.ts';
import {
  closingHeading,
  closingPromise,
  communityLabel,
  entryLabel,
  kindLine,
  scorecardLine,
  shareLabel,
} from './page-frame.ts';
import { decisionLine, tableLabels } from './decision-table.ts';

const labels = [
  kindLine,
  shareLabel,
  communityLabel,
  entryLabel,
  scorecardLine,
  closingHeading,
  closingPromise,
  decisionLine,
  ...tableLabels,
  ...personas.map((persona) => persona.charAt(0).toUpperCase() + persona.slice(1)),
];
const labelOfCapitals = new Map(labels.map((label) => [label.toUpperCase(), label]));

/** A figure and its label, or a verdict and its share, that markup set on one line: `75% Panel ship`, `FreeEntry`, `Ship 75%`. */
const pairs: readonly RegExp[] = [
  /^(\d{1,3}(?:\.\d+)?\s*%|[—–-])\s*(Panel ship)$/i,
  /^(\d{1,3}(?:\.\d+)?\s*%.*|[—–-]|No community votes yet)\s*(Community)$/i,
  /^(Free|Paid|[—–-])\s*(Entry)$/i,
  /^(Ship|Skip|Mixed|Split|Tie)\s*(\d{1,3}(?:\.\d+)?\s*%)$/i,
];

/**
 * Brings what styling may have changed back into the form the parser takes: labels in capitals or small letters throughout, a figure on
 * one line with its label, and figures that stand after their labels instead of before them.
 */
export function straightenLabels(lines: readonly PageLine[]): PageLine[] {
  return putFiguresFirst(lines.flatMap(splitPair).map(spellLabel));
}

function splitPair(line: PageLine): PageLine[] {
  const match = pairs.map((pair) => pair.exec(line.text)).find((found) => found !== null);
  const [, first = '', second = ''] = match ?? [];
  if (match === undefined) return [line];
  return [
    { ...line, text: first.trim() },
    { ...line, text: second, afterBlank: false },
  ];
}

/** Only a line that is nothing but a label, in one case throughout, is a label that styling set in its letters. */
function spellLabel(line: PageLine): PageLine {
  const capitals = line.text.toUpperCase();
  const isOneCase = line.text === capitals || line.text === line.text.toLowerCase();
  return isOneCase ? { ...line, text: labelOfCapitals.get(capitals) ?? line.text } : line;
}

function putFiguresFirst(lines: readonly PageLine[]): PageLine[] {
  const straight = [...lines];
  for (const [index, line] of lines.entries()) {
    if (line.text !== shareLabel || isShare(lines[index - 1]?.text)) continue;
    const [share, community] = [lines[index + 1], lines[index + 2]];
    if (share === undefined || community?.text !== communityLabel || !isShare(share.text)) continue;
    const figure = lines[index + 3]?.text === entryLabel ? undefined : lines[index + 3];
    const at = index + (figure === undefined ? 3 : 4);
    const [label, entry] = [lines[at], lines[at + 1]];
    if (label?.text !== entryLabel || entry === undefined || !/^(?:free|paid|[—–-])$/i.test(entry.text)) continue;
    if (figure !== undefined && parseCommunity(figure.text) === undefined) continue;
    const turned = [share, line, ...(figure === undefined ? [] : [figure]), community, entry, label];
    straight.splice(index, turned.length, ...turned);
  }
  return straight;
}

function isShare(text: string | undefined): boolean {
  return text !== undefined && (isAbsent(text) || parsePercent(text) !== undefined);
}
