import type { Tool } from './comparison.ts';
import { factLengthLimit, isAbsent, isPanelVerdict, parseCommunity, parsePercent } from './figures.ts';
import { joinLines, lineNumberAt, type PageLine } from './lines.ts';
import type { ToolAnchors } from './page-frame.ts';
import { quoted, refuseAt, type PageRefusal } from './page-refusal.ts';
import { slugOf } from './slug.ts';
import { splitNameLines, type PlacedName } from './tool-names.ts';
import { isRefusal } from '../platform/refusal.ts';

export const descriptionLengthLimit = 20_000;
const categoryLengthLimit = 60;

/** Lines that belong to the page's frame: inside a description they show that a line before them is missing. */
const frameLines = new Set([
  'Panel ship',
  'Community',
  'Entry',
  'Decision',
  'Panel verdict',
  'Pricing',
  'Best for',
  'Category',
  'Reviewer scorecard',
]);

/** One tool's own lines: its name and figures, the category above the name and the description below the figures. */
export interface ToolBlock {
  name: PlacedName;
  anchors: ToolAnchors;
  category: PageLine | undefined;
  description: readonly PageLine[];
}

/** Parts the lines above a name into the category and what stands before it (a letter as picture is dropped). */
export function splitAboveName(lines: readonly PageLine[]): {
  before: readonly PageLine[];
  category: PageLine | undefined;
} {
  const last = lines.at(-1);
  const category = last !== undefined && !isOneLetter(last.text) && looksLikeCategory(last.text) ? last : undefined;
  const rest = category === undefined ? lines : lines.slice(0, -1);
  const before = isOneLetter(rest.at(-1)?.text ?? '') ? rest.slice(0, -1) : rest;
  return { before, category };
}

/** A category is a short line that is no sentence; a paragraph of a description is taken for one otherwise. */
function looksLikeCategory(text: string): boolean {
  return text.length <= categoryLengthLimit && !/[.!?…:;][)"”’']*$/.test(text);
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
function isOneLetter(text: string): boolean {
  return text !== '' && text.length <= 30 && [...graphemes.segment(text)].length === 1;
}

/** Reads one tool from its own lines; pricing, best for, counts and takes come from the other parts of the page. */
export function readToolBlock(lines: readonly PageLine[], block: ToolBlock): Tool | PageRefusal {
  const stray = block.description.find((line) => frameLines.has(line.text) || line.text === block.name.text);
  if (stray !== undefined) {
    const words = `${quoted(stray.text)} stands inside the description of ${quoted(block.name.text)}: a line before it is missing`;
    return refuseAt(stray.number, 'incomplete', words);
  }
  const head = readNameLines(lines, block);
  if (isRefusal(head)) return head;
  const figures = readFigures(lines, block.anchors);
  if (isRefusal(figures)) return figures;
  const tooLong = findTooLong(block);
  if (tooLong !== undefined) return tooLong;
  const description = joinLines(block.description);
  return {
    name: block.name.text,
    slug: slugOf(block.name.text),
    category: factOf(block.category?.text),
    tagline: head.tagline,
    description: factOf(description),
    entry: figures.entry,
    pricing: null,
    bestFor: null,
    shipPercent: head.shipPercent,
    panel: null,
    community: figures.community,
    takes: [],
  };
}

function findTooLong(block: ToolBlock): PageRefusal | undefined {
  if (joinLines(block.description).length <= descriptionLengthLimit) return undefined;
  const words = `a description may have ${descriptionLengthLimit} characters, not more`;
  return refuseAt(block.description[0]?.number ?? 1, 'too-long', words);
}

/** The text of a fact, or null when the page has none or says so. */
export function factOf(text: string | undefined): string | null {
  return text === undefined || text === '' || isAbsent(text) ? null : text;
}

function readNameLines(
  lines: readonly PageLine[],
  block: ToolBlock,
): Pick<Tool, 'tagline' | 'shipPercent'> | PageRefusal {
  const { taglines, figures } = splitNameLines(lines.slice(block.name.index + 1, block.anchors.shareLabel));
  const tagline = taglines[0];
  if (tagline !== undefined && tagline.text.length > factLengthLimit) {
    return refuseAt(tagline.number, 'too-long', `a tagline may have ${factLengthLimit} characters, not more`);
  }
  const share = figures.at(-1);
  const isStated = share !== undefined && !isAbsent(share.text) && !isPanelVerdict(share.text);
  const shipPercent = isStated ? parsePercent(share.text) : null;
  if (shipPercent === undefined) {
    const words = `${quoted(share?.text ?? '')} is no ship share: a figure from 0% to 100% or "—" should stand here`;
    return refuseAt(share?.number ?? lineNumberAt(lines, block.anchors.shareLabel), 'not-understood', words);
  }
  return { tagline: factOf(tagline?.text), shipPercent };
}

function readFigures(
  lines: readonly PageLine[],
  anchors: ToolAnchors,
): Pick<Tool, 'community' | 'entry'> | PageRefusal {
  const communityLine = anchors.community === null ? undefined : lines[anchors.community];
  const community = communityLine === undefined ? null : parseCommunity(communityLine.text);
  if (community === undefined) return refuseCommunity(communityLine);
  const entryLine = anchors.entry === null ? undefined : lines[anchors.entry];
  const word = entryLine?.text.toLowerCase();
  if (word === 'free' || word === 'paid') return { community, entry: word };
  if (entryLine === undefined || isAbsent(entryLine.text)) return { community, entry: null };
  const words = `the entry is ${quoted(entryLine.text)}: "Free", "Paid" or "—" should stand here`;
  return refuseAt(entryLine.number, 'not-understood', words);
}

/** Refuses a community figure that is in none of the known forms. */
export function refuseCommunity(line: PageLine | undefined): PageRefusal {
  const words = `${quoted(line?.text ?? '')} is no community figure: write it as "62% ship · 124 votes" or "No community votes yet"`;
  return refuseAt(line?.number ?? 1, 'not-understood', words);
}
