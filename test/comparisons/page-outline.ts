import { joinLines, readPageLines, type PageLine } from '../../src/comparisons/lines.ts';

/** One tool's own part of a text page. */
export interface ToolOutline {
  category: string;
  name: string;
  tagline: string;
  /** The panel's verdict in a word; empty where the page has none. */
  verdict: string;
  share: string;
  /** Empty where nothing stands before the label. */
  community: string;
  entry: string;
  description: string;
}

export interface TakeOutline {
  /** The score line of the labelled form; empty in the other. */
  score: string;
  words: string;
}

/** A text page taken apart by what each line is for, so that it can be set again as HTML. */
export interface PageOutline {
  title: string;
  lead: string;
  tools: [ToolOutline, ToolOutline];
  /** Rows of three; none in the unlabelled form. */
  table: string[][];
  /** Two takes each, under a reviewer's name or none. */
  pairs: Array<{ persona: string; takes: [TakeOutline, TakeOutline] }>;
}

const figureLabels = ['Panel ship', 'Community', 'Entry'];
const personas = ['Builder', 'Skeptic', 'Futurist', 'Creator', 'Founder'];
const absent = ['No panel take', '—'];

/** Takes a whole, well-formed text page apart. */
export function outlinePage(text: string): PageOutline {
  const lines = readPageLines(text);
  const at = (wanted: string, from = 0) => lines.findIndex((line, index) => index >= from && line.text === wanted);
  const kind = at('AI tool comparison');
  const title = lines[kind + 1]?.text ?? '';
  const [, rightName = ''] = title.split(' vs ');
  const entry = at('Entry');
  const scorecard = at('Reviewer scorecard');
  const decision = at('Decision');
  const right = at(rightName, entry) - 1;
  const rightEntry = at('Entry', entry + 1);
  const end = decision === -1 ? scorecard : decision;
  const rows = decision === -1 ? [] : lines.slice(decision, scorecard).map((line) => line.text);
  return {
    title,
    lead: lines[kind + 2]?.text ?? '',
    tools: [
      outlineTool(lines.slice(kind + 3, entry + 1), withoutLetter(lines.slice(entry + 1, right))),
      outlineTool(lines.slice(right, rightEntry + 1), lines.slice(rightEntry + 1, end)),
    ],
    table: Array.from({ length: rows.length / 3 }, (_, row) => rows.slice(row * 3, row * 3 + 3)),
    pairs: outlinePairs(lines.slice(scorecard + 1, at('Weekly AI Tool Verdicts'))),
  };
}

function withoutLetter(lines: PageLine[]): PageLine[] {
  return lines.at(-1)?.text.length === 1 ? lines.slice(0, -1) : lines;
}

function outlineTool(lines: PageLine[], description: PageLine[]): ToolOutline {
  const texts = lines.map((line) => line.text).filter((text) => text.length > 1 || text === '—');
  const [category = '', name = '', tagline = ''] = texts;
  const figures = texts.slice(3);
  const before = (label: string) => {
    const value = figures[figures.indexOf(label) - 1] ?? '';
    return figureLabels.includes(value) ? '' : value;
  };
  const [first = ''] = figures;
  const verdict = /^(ship|skip)$/i.test(first) ? first : '';
  const [share, community, entry] = figureLabels.map(before);
  const facts = { share: share ?? '', community: community ?? '', entry: entry ?? '' };
  return { category, name, tagline, verdict, ...facts, description: joinLines(description) };
}

function outlinePairs(lines: PageLine[]): PageOutline['pairs'] {
  const takes: Array<TakeOutline & { persona: string; lines: PageLine[] }> = [];
  const isLabelled = personas.includes(lines[0]?.text ?? '');
  let persona = '';
  for (const line of lines) {
    const isHead = isLabelled && personas.includes(line.text);
    if (isHead) persona = line.text;
    const isScore = isLabelled && /^\d+\/100/.test(line.text);
    const begins = isScore || absent.includes(line.text) || (!isLabelled && line.text.startsWith('“'));
    if (begins) takes.push({ persona, score: isScore ? line.text : '', words: '', lines: isScore ? [] : [line] });
    else if (!isHead) takes.at(-1)?.lines.push(line);
  }
  const done = takes.map((take) => ({ ...take, words: joinLines(take.lines) }));
  return Array.from({ length: done.length / 2 }, (_, pair) => {
    const [left, right] = done.slice(pair * 2, pair * 2 + 2);
    if (left === undefined || right === undefined) throw new Error('takes stand in pairs');
    return { persona: left.persona, takes: [left, right] };
  });
}
