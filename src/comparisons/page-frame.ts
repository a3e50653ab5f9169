import { lineNumberAt, type PageLine } from './lines.ts';
import { refuseAt, type PageRefusal } from './page-refusal.ts';
import { isRefusal } from '../platform/refusal.ts';

/** The line a whole page ends with; what follows it (bookmarks and the like) is not read. */
export const closingPromise = 'Get the next comparison in your inbox';
export const closingHeading = 'Weekly AI Tool Verdicts';
export const kindLine = 'AI tool comparison';
export const scorecardLine = 'Reviewer scorecard';
export const shareLabel = 'Panel ship';
export const communityLabel = 'Community';
export const entryLabel = 'Entry';

/** Where one tool's figures stand; all are indexes into the page's lines. */
export interface ToolAnchors {
  shareLabel: number;
  community: number | null;
  entry: number | null;
  entryLabel: number;
}

/** Where the parts of a page begin and end; indexes into the page's lines, ends exclusive. */
export interface PageFrame {
  left: ToolAnchors;
  right: ToolAnchors;
  scorecard: number;
  scorecardEnd: number;
  promise: number;
}

/** Finds the two tools' figures, the scorecard and the closing promise; refuses what is no comparison, cut off or torn. */
export function findPageFrame(lines: readonly PageLine[]): PageFrame | PageRefusal {
  const refusal = refuseStranger(lines);
  if (refusal !== undefined) return refusal;
  const anchors = findBothAnchors(lines);
  const lastScorecard = lines.findLastIndex((line) => line.text === scorecardLine);
  const from = isRefusal(anchors) ? lastScorecard : indexOfLine(lines, scorecardLine, anchors[1].entryLabel);
  const promise = indexOfLine(lines, closingPromise, Math.max(from, 0));
  if (promise === -1) return refuseCutOff(lines);
  if (isRefusal(anchors)) return anchors;
  if (from === -1) {
    const words = `the "${scorecardLine}" line is missing before the closing line`;
    return refuseAt(lineNumberAt(lines, promise), 'incomplete', words);
  }
  const heading = indexOfLine(lines.slice(0, promise), closingHeading, from);
  const [left, right] = anchors;
  return { left, right, scorecard: from, scorecardEnd: heading === -1 ? promise : heading, promise };
}

function refuseStranger(lines: readonly PageLine[]): PageRefusal | undefined {
  if (lines.length === 0) return refuseAt(1, 'no-comparison', 'this is no comparison page: there is no text in it');
  if (lines.some(({ text }) => [kindLine, scorecardLine, shareLabel].includes(text))) return undefined;
  const words = `this is no comparison page: it has no "${kindLine}" line, no "${shareLabel}" and no "${scorecardLine}"`;
  return refuseAt(lineNumberAt(lines, 0), 'no-comparison', words);
}

function refuseCutOff(lines: readonly PageLine[]): PageRefusal {
  const last = lineNumberAt(lines, lines.length);
  const words = `the page seems cut off after line ${last}: its closing line "${closingPromise}" is missing; save the whole page and import it again`;
  return refuseAt(last, 'cut-off', words);
}

function findBothAnchors(lines: readonly PageLine[]): [ToolAnchors, ToolAnchors] | PageRefusal {
  const labels = lines.flatMap((line, index) => (line.text === shareLabel ? [index] : []));
  const found = labels.map((index) => findAnchors(lines, index));
  const whole = found.flatMap((anchors) => (isRefusal(anchors) ? [] : [anchors]));
  const [left, right, third] = whole;
  if (third !== undefined) {
    const words = `a third tool's "${shareLabel}" stands here, but a comparison has two tools`;
    return refuseAt(lineNumberAt(lines, third.shareLabel), 'not-understood', words);
  }
  if (left !== undefined && right !== undefined) return [left, right];
  const torn = found.find((anchors) => isRefusal(anchors));
  const words = `only ${whole.length} of the two tools has its "${shareLabel}", "${communityLabel}" and "${entryLabel}" lines`;
  return torn ?? refuseAt(lineNumberAt(lines, lines.length), 'no-comparison', words);
}

/** `Panel ship`, a community figure or none, `Community`, an entry or none, `Entry`. */
function findAnchors(lines: readonly PageLine[], shareIndex: number): ToolAnchors | PageRefusal {
  const textAt = (index: number) => lines[index]?.text;
  const hasCommunity = textAt(shareIndex + 1) !== communityLabel;
  const community = shareIndex + (hasCommunity ? 2 : 1);
  if (textAt(community) !== communityLabel) {
    const words = `after "${shareLabel}" a "${communityLabel}" line with at most one figure before it should stand here`;
    return refuseAt(lineNumberAt(lines, shareIndex + 1), 'incomplete', words);
  }
  const hasEntry = textAt(community + 1) !== entryLabel;
  const entryIndex = community + (hasEntry ? 2 : 1);
  if (textAt(entryIndex) !== entryLabel) {
    const words = `after "${communityLabel}" the lines "Free" or "Paid" and "${entryLabel}" should stand here`;
    return refuseAt(lineNumberAt(lines, community + 1), 'incomplete', words);
  }
  return {
    shareLabel: shareIndex,
    community: hasCommunity ? shareIndex + 1 : null,
    entry: hasEntry ? community + 1 : null,
    entryLabel: entryIndex,
  };
}

function indexOfLine(lines: readonly PageLine[], text: string, from: number): number {
  return lines.findIndex((line, index) => index >= from && line.text === text);
}
