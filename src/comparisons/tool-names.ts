import { isPanelVerdict, looksLikeFigure, isAbsent } from './figures.ts';
import { lineNumberAt, type PageLine } from './lines.ts';
import type { PageFrame, ToolAnchors } from './page-frame.ts';
import { quoted, refuseAt, type PageRefusal } from './page-refusal.ts';

export const nameLengthLimit = 200;
const separator = ' vs ';

/** The title of a page and where it and the two names stand; indexes into the page's lines. */
export interface PageTitle {
  index: number;
  left: PlacedName;
  right: PlacedName;
}

export interface PlacedName {
  text: string;
  index: number;
}

/**
 * Finds the title line `L vs R`. A name may hold ` vs ` itself: the split counts for which both names stand as a line
 * at the head of the two tools' blocks; two such splits are refused.
 */
export function findPageTitle(lines: readonly PageLine[], frame: PageFrame): PageTitle | PageRefusal {
  const titles = lines.slice(0, frame.left.shareLabel).flatMap((line, index) => readSplits(line.text, index));
  const placed = titles.flatMap((title) => placeNames(lines, frame, title));
  const [first] = placed;
  if (first === undefined) return refuseTitle(lines, titles);
  const other = placed.find((title) => title.left.text !== first.left.text || title.right.text !== first.right.text);
  const number = lineNumberAt(lines, first.index);
  if (other !== undefined) {
    const words = `the title can be read as two pairs of names, ${quoted(first.left.text)} or ${quoted(other.left.text)} first`;
    return refuseAt(number, 'ambiguous', words);
  }
  if (first.left.text.length <= nameLengthLimit && first.right.text.length <= nameLengthLimit) return first;
  return refuseAt(number, 'too-long', `a tool's name may have ${nameLengthLimit} characters, not more`);
}

interface Split {
  index: number;
  left: string;
  right: string;
}

function readSplits(text: string, index: number): Split[] {
  const words = text.split(separator);
  return words.slice(1).map((_, at) => ({
    index,
    left: words
      .slice(0, at + 1)
      .join(separator)
      .trim(),
    right: words
      .slice(at + 1)
      .join(separator)
      .trim(),
  }));
}

function placeNames(lines: readonly PageLine[], frame: PageFrame, title: Split): PageTitle[] {
  const left = placeName(lines, frame.left, title.left);
  const right = placeName(lines, frame.right, title.right);
  if (left === undefined || right === undefined) return [];
  if (left <= title.index || right <= frame.left.entryLabel) return [];
  return [{ index: title.index, left: { text: title.left, index: left }, right: { text: title.right, index: right } }];
}

/** Tagline, panel verdict and share may stand between a name and `Panel ship`; the highest line that fits is the name. */
function placeName(lines: readonly PageLine[], anchors: ToolAnchors, name: string): number | undefined {
  const label = anchors.shareLabel;
  const fitting = [label - 4, label - 3, label - 2, label - 1].filter(
    (index) => lines[index]?.text === name && countTaglines(lines.slice(index + 1, label)) <= 1,
  );
  // Above a name of one letter the page shows that letter once more, as its picture.
  return name.length === 1 ? fitting.at(-1) : fitting[0];
}

function countTaglines(lines: readonly PageLine[]): number {
  return lines.length - splitNameLines(lines).figures.length;
}

/** Parts what stands between a name and `Panel ship` into tagline lines and, last, the panel's verdict and share. */
export function splitNameLines(lines: readonly PageLine[]): {
  taglines: readonly PageLine[];
  figures: readonly PageLine[];
} {
  const share = lines.at(-1)?.text ?? '';
  const withoutShare = looksLikeFigure(share) || isAbsent(share) ? lines.slice(0, -1) : lines;
  const verdict = withoutShare.at(-1);
  const hasVerdict = verdict !== undefined && isPanelVerdict(verdict.text);
  const taglines = hasVerdict ? withoutShare.slice(0, -1) : withoutShare;
  return { taglines, figures: lines.slice(taglines.length) };
}

function refuseTitle(lines: readonly PageLine[], titles: readonly Split[]): PageRefusal {
  const title = titles.at(-1);
  if (title === undefined)
    return refuseAt(lineNumberAt(lines, 0), 'no-comparison', 'the page has no title line "A vs B"');
  const words = `the names in ${quoted(lines[title.index]?.text ?? '')} do not both stand at the head of a tool's own lines`;
  return refuseAt(
    lineNumberAt(lines, title.index),
    'incomplete',
    `${words}, with at most a tagline between name and share`,
  );
}
