import type { Comparison, Take, Tool } from './comparison.ts';
import type { ListedComparison } from './queries.ts';
import { countOf } from '../platform/count-of.ts';

const lineLength = 78;

/** A comparison as text for a terminal: both tools one below the other, missing facts said plainly. */
export function describeComparison(comparison: Comparison): string {
  const { title, slug, url, publishedAt } = comparison;
  const published = publishedAt === null ? 'publication not stated' : `published ${dayOf(publishedAt)}`;
  const head = [
    title,
    '='.repeat(Math.min(title.length, lineLength)),
    `${slug}, ${published}`,
    ...(url === null ? [] : [url]),
  ];
  return `${head.join('\n')}\n\n${describeTool(comparison.left)}\n\n${describeTool(comparison.right)}\n`;
}

function describeTool(tool: Tool): string {
  const facts = [
    ['Panel', describePanel(tool)],
    ['Community', describeCommunity(tool)],
    ['Entry', tool.entry ?? 'not stated'],
    ['Pricing', tool.pricing ?? 'not stated'],
    ['Best for', tool.bestFor ?? 'not stated'],
  ];
  const lines = facts.map(([name = '', value = '']) =>
    wrap(value, { first: `  ${name.padEnd(11)}`, rest: ' '.repeat(13) }),
  );
  const head = [
    tool.name + (tool.category === null ? '' : ` (${tool.category})`),
    '-'.repeat(Math.min(tool.name.length, lineLength)),
  ];
  const tagline = tool.tagline === null ? [] : [wrap(tool.tagline, { first: '', rest: '' })];
  return [...head, ...tagline, ...lines, ...tool.takes.map(describeTake)].join('\n');
}

function describePanel({ shipPercent, panel }: Tool): string {
  const counts = panel === null ? '' : `${panel.ship} of ${panel.ship + panel.skip} ship it`;
  if (shipPercent === null) return counts === '' ? 'no panel take yet' : counts;
  return `${shipPercent}% ship${counts === '' ? '' : ` (${counts})`}`;
}

function describeCommunity({ community }: Tool): string {
  if (community === null) return 'no votes yet';
  return `${community.shipPercent}% ship${community.votes === null ? '' : ` of ${countOf(community.votes, 'vote')}`}`;
}

function describeTake(take: Take): string {
  const who = take.persona ?? 'reviewer';
  const says = [take.verdict, take.score === null ? null : `${take.score}/100`]
    .filter((part) => part !== null)
    .join(', ');
  const head = `\n  ${who.charAt(0).toUpperCase()}${who.slice(1)}${says === '' ? '' : `: ${says}`}`;
  return take.words === null ? head : `${head}\n${wrap(take.words, { first: '    ', rest: '    ' })}`;
}

function wrap(text: string, indent: { first: string; rest: string }): string {
  const lines: string[] = [];
  let line = indent.first;
  for (const word of text.split(/\s+/)) {
    const isEmpty = line.trim() === '' || line === indent.first;
    if (!isEmpty && line.length + 1 + word.length > lineLength) {
      lines.push(line);
      line = indent.rest + word;
    } else {
      line += isEmpty ? word : ` ${word}`;
    }
  }
  return [...lines, line].join('\n');
}

/** The list for a terminal: day, key and title in columns; for none the next step. */
export function describeComparisons(comparisons: readonly ListedComparison[]): string {
  if (comparisons.length === 0) return 'No comparisons yet: bring pages in with "import comparisons FILE".\n';
  const width = Math.max(...comparisons.map(({ slug }) => slug.length));
  const rows = comparisons.map(
    ({ slug, title, publishedAt }) => `${dayOf(publishedAt)}  ${slug.padEnd(width)}  ${title}\n`,
  );
  return rows.join('');
}

function dayOf(moment: Date | null): string {
  return moment?.toISOString().slice(0, 10) ?? '—         ';
}
