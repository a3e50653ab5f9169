import type { CheerioAPI } from 'cheerio';
import { displayOf } from './html-visibility.ts';
import { cleanLine, type PageLine } from './lines.ts';
import { refuseAt, type PageRefusal } from './page-refusal.ts';
import { isRefusal } from '../platform/refusal.ts';

/** Deepest nesting of elements that is read. */
export const htmlDepthLimit = 1000;
/** Text enough to tell what stands at the head of an element. */
const peekLength = 80;
const peekNodesLimit = 2000;

type Node = ReturnType<CheerioAPI['root']>[number]['children'][number];
type Element = Extract<Node, { tagName: string }>;

/** Lines so far, and the one that is being written. */
interface Draft {
  lines: PageLine[];
  text: string;
  /** Of the line being written, in the source; undefined before its first visible character. */
  number: number | undefined;
  afterBlank: boolean;
  depth: number;
}

/**
 * The visible text of a page in document order, as lines with their numbers in the source: as a browser copies it, except that boxes
 * beside each other, cells of a table and items of a list get lines of their own, and an empty cell of a table of facts is `—`.
 */
export function readHtmlLines(body: Node): PageLine[] | PageRefusal {
  const draft: Draft = { lines: [], text: '', number: undefined, afterBlank: false, depth: 0 };
  const refusal = write(draft, body);
  endLine(draft);
  return refusal ?? draft.lines;
}

function isElement(node: Node): node is Element {
  return node.nodeType === 1;
}

function write(draft: Draft, node: Node): PageRefusal | undefined {
  if (node.nodeType === 3 && 'data' in node)
    return writeText(draft, node.data, node.sourceCodeLocation?.startLine ?? 1);
  if (!isElement(node) || displayOf(node) === 'none') return undefined;
  if (node.name === 'br') return endLineOrBlank(draft);
  if (node.name === 'wbr') return undefined;
  const number = node.sourceCodeLocation?.startLine ?? 1;
  if (draft.depth >= htmlDepthLimit)
    return refuseAt(number, 'too-long', `elements are nested more than ${htmlDepthLimit} deep`);
  draft.depth += 1;
  const refusal = displayOf(node) === 'block' ? writeBlock(draft, node) : writeInline(draft, node);
  draft.depth -= 1;
  return refusal;
}

function writeText(draft: Draft, text: string, startLine: number): undefined {
  if (draft.number === undefined) {
    const at = text.search(/\S/);
    if (at === -1) return undefined;
    draft.number = startLine + (text.slice(0, at).match(/\r\n|\r|\n/g)?.length ?? 0);
  }
  draft.text += text;
}

/** A line break; a second one in a row is a blank line. */
function endLineOrBlank(draft: Draft): undefined {
  if (!endLine(draft)) draft.afterBlank = true;
}

function endLine(draft: Draft): boolean {
  const text = cleanLine(draft.text);
  const { number = 1, afterBlank } = draft;
  Object.assign(draft, { text: '', number: undefined });
  if (text === '') return false;
  draft.lines.push({ number, text, afterBlank });
  draft.afterBlank = false;
  return true;
}

function writeBlock(draft: Draft, node: Element): PageRefusal | undefined {
  const isHeading = node.name === 'h1' && draft.text.trim() === '';
  const isParagraph = node.name === 'p';
  endLine(draft);
  if (isParagraph) draft.afterBlank = draft.lines.length > 0;
  const linesBefore = draft.lines.length;
  const refusal = writeChildren(draft, node, isBoxes(node));
  const wrote = endLine(draft) || draft.lines.length > linesBefore;
  if (isHeading) joinToOne(draft, linesBefore);
  if (isParagraph) draft.afterBlank = true;
  if (!wrote && isEmptyFact(node)) draft.lines.push({ number: lineOf(node), text: '—', afterBlank: false });
  return refusal;
}

function writeInline(draft: Draft, node: Element): PageRefusal | undefined {
  if (node.name === 'q') draft.text += '“';
  const refusal = writeChildren(draft, node, node.name === 'a' && isBoxes(node));
  if (node.name === 'q') draft.text += '”';
  return refusal;
}

function lineOf(node: Node): number {
  return node.sourceCodeLocation?.startLine ?? 1;
}

/** A page's main heading is its title, on one line however it is laid out. */
function joinToOne(draft: Draft, from: number): void {
  const [first, ...rest] = draft.lines.splice(from);
  if (first === undefined) return;
  draft.lines.push({ ...first, text: [first, ...rest].map(({ text }) => text).join(' ') });
}

/** Paragraphs hold running text; any other box with nothing but elements in it holds boxes, such as a figure and its label. */
function isBoxes(node: Element): boolean {
  if (/^(?:p|pre|h2|h3|h4|h5|h6)$/.test(node.name) && !/\bdisplay\s*:\s*(?:flex|grid)/.test(node.attribs.style ?? ''))
    return false;
  const hasText = node.children.some((child) => child.nodeType === 3 && 'data' in child && child.data.trim() !== '');
  return !hasText && node.children.filter((child) => isElement(child) && peek(child) !== '').length > 1;
}

function writeChildren(draft: Draft, node: Element, areBoxes: boolean): PageRefusal | undefined {
  for (const [index, child] of node.children.entries()) {
    if (node.name === 'pre' && child.nodeType === 3 && 'data' in child) {
      writeLines(draft, child.data, lineOf(child));
      continue;
    }
    if (areBoxes) separate(draft, child);
    const refusal = write(draft, child);
    if (isRefusal(refusal)) return refusal;
    if (index > 0 && isElement(child) && node.name !== 'tr') joinScore(draft);
  }
  return undefined;
}

function writeLines(draft: Draft, text: string, startLine: number): void {
  for (const [index, line] of text.split(/\r\n|\r|\n/).entries()) {
    if (index > 0) endLineOrBlank(draft);
    writeText(draft, line, startLine + index);
  }
}

/** Between two boxes beside each other a line ends, unless a mark such as `/`, `·` or `%` holds them together. */
function separate(draft: Draft, next: Node): void {
  const before = draft.text.trim();
  const after = isElement(next) ? peek(next) : '';
  if (before === '' || after === '') return;
  if (/^[%,.;:!?)\]/]/.test(after) || /[/([]$/.test(before)) return;
  if (/^[·•|]/.test(after) || /[·•|]$/.test(before)) draft.text += ' ';
  else endLine(draft);
}

/** `80/100` and `ship` in two boxes are one score line. */
function joinScore(draft: Draft): void {
  const open = cleanLine(draft.text);
  const [before, last] = draft.lines.slice(-2);
  const score = open === '' ? before : last;
  const verdict = open === '' ? last?.text : open;
  if (score === undefined || !/^\d{1,3}\s*\/\s*100$/.test(score.text) || !/^(?:ship|skip)$/i.test(verdict ?? ''))
    return;
  draft.lines.splice(open === '' ? -2 : -1, 2, { ...score, text: `${score.text} · ${verdict}` });
  if (open !== '') Object.assign(draft, { text: '', number: undefined });
}

/** An empty cell right of its label, in a table that is no means of layout. */
function isEmptyFact(node: Element): boolean {
  if (node.name !== 'td' && node.name !== 'th') return false;
  const row = node.parent;
  const table = row?.parent?.parent;
  if (table === null || table === undefined || !('attribs' in table)) return false;
  if (table.attribs.role === 'presentation' || table.attribs.role === 'none') return false;
  const cells = (row?.children ?? []).filter(isElement);
  const [label] = cells;
  return cells.length === 3 && label !== undefined && label !== node && peek(label) !== '';
}

/** The beginning of an element's visible text, trimmed. */
function peek(node: Node): string {
  const parts: Node[] = [node];
  let text = '';
  for (let count = 0; count < peekNodesLimit && text.trim().length < peekLength; count += 1) {
    const part = parts.pop();
    if (part === undefined) break;
    if (part.nodeType === 3 && 'data' in part) text += part.data;
    if (!isElement(part) || displayOf(part) === 'none') continue;
    for (const child of part.children.slice(0, peekNodesLimit).toReversed()) parts.push(child);
  }
  return cleanLine(text);
}
