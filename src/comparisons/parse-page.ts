import type { ComparisonPage, Take, Tool } from './comparison.ts';
import { decisionLine, readDecisionTable } from './decision-table.ts';
import { personaOf, readLabelledScorecard } from './labelled-scorecard.ts';
import { isAbsent } from './figures.ts';
import { lineNumberAt, readPageLines, type PageLine } from './lines.ts';
import { findPageFrame, type PageFrame } from './page-frame.ts';
import { isHeadFact, isPublishedLine, readPageHead } from './page-head.ts';
import { quoted, refuseAt, type PageRefusal } from './page-refusal.ts';
import { opensQuotation, takesCountLimit, type PlacedTake, type Scorecard } from './scorecard.ts';
import { readToolBlock, splitAboveName } from './tool-block.ts';
import { findPageTitle, type PageTitle } from './tool-names.ts';
import { readUnlabelledScorecard } from './unlabelled-scorecard.ts';
import { isRefusal } from '../platform/refusal.ts';

/** Longest page, in bytes of UTF-8. */
export const pageBytesLimit = 1_000_000;

/** A page as read: what it states of the tools, what it says of itself, and where each take began. */
export interface ParsedPage {
  page: ComparisonPage;
  url: string | null;
  /** ISO 8601 in UTC. */
  publishedAt: string | null;
  /** The line that says when it came out; null where none does, or the page has no lines. */
  publishedLine: number | null;
  /** The line each take begins on, in the order of the tool's takes. */
  takeLines: { left: number[]; right: number[] };
}

/**
 * Reads a comparison page from plain text, in either form the site has: with a decision table and reviewers' names, or with
 * quotations alone. What the page does not say is null; what cannot be read in exactly one way is refused with its line.
 */
export function parseComparisonPage(text: string): ParsedPage | PageRefusal {
  if (Buffer.byteLength(text) > pageBytesLimit) {
    return refuseAt(1, 'too-long', `a page may have ${pageBytesLimit} bytes, not more`);
  }
  return parsePageLines(readPageLines(text));
}

/** The same from lines, whatever form of the page they were taken from. */
export function parsePageLines(lines: readonly PageLine[]): ParsedPage | PageRefusal {
  const frame = findPageFrame(lines);
  if (isRefusal(frame)) return frame;
  const title = findPageTitle(lines, frame);
  if (isRefusal(title)) return title;
  const foot = findFoot(lines, frame);
  const head = readPageHead(lines.slice(0, title.left.index), foot);
  if (isRefusal(head)) return head;
  const tools = readTools(lines, frame, title);
  if (isRefusal(tools)) return tools;
  const body = lines.slice(frame.scorecard + 1, frame.scorecardEnd).filter((line) => !foot.includes(line));
  const scorecard = readScorecard(body);
  if (isRefusal(scorecard)) return scorecard;
  const [left, right] = tools;
  if (left.slug === right.slug) {
    const words = `${quoted(left.name)} and ${quoted(right.name)} are one and the same tool (${left.slug})`;
    return refuseAt(lineNumberAt(lines, title.index), 'same-tool', words);
  }
  return {
    page: {
      title: `${left.name} vs ${right.name}`,
      left: { ...left, takes: scorecard.left.map(unplaced) },
      right: { ...right, takes: scorecard.right.map(unplaced) },
    },
    ...head,
    takeLines: { left: scorecard.left.map(({ line }) => line), right: scorecard.right.map(({ line }) => line) },
  };
}

function unplaced({ persona, score, verdict, words }: PlacedTake): Take {
  return { persona, score, verdict, words };
}

/** A publication line right before the closing line; a long line there is somebody's words. */
const footLengthLimit = 40;

function findFoot(lines: readonly PageLine[], frame: PageFrame): PageLine[] {
  return lines
    .slice(Math.max(frame.scorecard + 1, frame.scorecardEnd - 1), frame.promise)
    .filter((line) => line.text.length <= footLengthLimit && isPublishedLine(line.text));
}

function readTools(lines: readonly PageLine[], frame: PageFrame, title: PageTitle): [Tool, Tool] | PageRefusal {
  const below = lines.slice(frame.right.entryLabel + 1, frame.scorecard);
  const tableAt = below.findIndex((line) => line.text === decisionLine);
  const leftHead = splitAboveName(
    lines.slice(title.index + 1, title.left.index).filter((line) => !isHeadFact(line.text)),
  );
  const rightHead = splitAboveName(lines.slice(frame.left.entryLabel + 1, title.right.index));
  const left = readToolBlock(lines, {
    name: title.left,
    anchors: frame.left,
    category: leftHead.category,
    description: rightHead.before,
  });
  if (isRefusal(left)) return left;
  const right = readToolBlock(lines, {
    name: title.right,
    anchors: frame.right,
    category: rightHead.category,
    description: tableAt === -1 ? below : below.slice(0, tableAt),
  });
  if (isRefusal(right)) return right;
  return readDecisionTable(tableAt === -1 ? [] : below.slice(tableAt), [left, right]);
}

/** The first line tells the form: a reviewer's name, or a quotation or absent mark. */
function readScorecard(body: readonly PageLine[]): Scorecard | PageRefusal {
  const [first] = body;
  if (first === undefined) return { left: [], right: [] };
  if (personaOf(first.text) === undefined && !opensQuotation(first.text) && !isAbsent(first.text)) {
    const words = `the scorecard begins with ${quoted(first.text)}: a reviewer's name or a quotation in “ ” should stand here`;
    return refuseAt(first.number, 'not-understood', words);
  }
  const scorecard = personaOf(first.text) === undefined ? readUnlabelledScorecard(body) : readLabelledScorecard(body);
  if (isRefusal(scorecard) || scorecard.left.length + scorecard.right.length <= takesCountLimit) return scorecard;
  return refuseAt(first.number, 'too-long', `a page may have ${takesCountLimit} takes, not more`);
}
