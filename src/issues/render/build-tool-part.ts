import type { QuotePart, SharePart, SplitCell, SplitPart, ToolPart } from '../../../emails/weekly-issue-props.ts';
import { personas, type Take, type Tool } from '../../comparisons/comparison.ts';
import { pickBestSentence, type Side } from './best-sentence.ts';
import { cleanOrNull, cutAtWord } from './clean-words.ts';
import { splitSentences } from './split-sentences.ts';
import { percentText, shareOf, shownName } from './tool-share.ts';

/** Longest one-line facts, in code points. */
export const factLimits = { category: 60, what: 200, bestFor: 200, pricing: 120 } as const;

/** What this mail has said so far, so that nothing is said twice: tools by slug, sentences by their words. */
export interface Told {
  tools: Set<string>;
  sentences: Set<string>;
}

/** What the mail says of a tool; the second time in one mail without the words that the first has said. */
export function buildToolPart(tool: Tool, told: Told): ToolPart {
  const isTold = told.tools.has(tool.slug);
  told.tools.add(tool.slug);
  const bestFor = cleanOrNull(tool.bestFor, factLimits.bestFor);
  const what = whatIs(tool);
  return {
    name: shownName(tool),
    category: isTold ? null : cleanOrNull(tool.category, factLimits.category),
    what: isTold || what === bestFor ? null : what,
    bestFor: isTold ? null : bestFor,
    pricing: pricingOf(tool),
    share: buildShare(tool),
    split: buildSplit(tool.takes),
    quotes: buildQuotes(tool, told.sentences, isTold),
  };
}

/** The tagline, else the description's first sentence. */
function whatIs({ tagline, description }: Tool): string | null {
  const [firstSentence = ''] = splitSentences(cleanOrNull(description, 5000) ?? '');
  return (
    cleanOrNull(tagline, factLimits.what) ?? cleanOrNull(cutAtWord(firstSentence, factLimits.what), factLimits.what)
  );
}

function pricingOf({ pricing, entry }: Tool): string | null {
  const stated = cleanOrNull(pricing, factLimits.pricing);
  if (stated !== null || entry === null) return stated;
  return entry === 'free' ? 'Free' : 'Paid';
}

function buildShare(tool: Tool): SharePart {
  const { panel, community } = tool;
  const percent = shareOf(tool);
  const total = panel === null ? 0 : panel.ship + panel.skip;
  const notes: string[] = [];
  if (panel !== null && total > 0)
    notes.push(`${panel.ship} of ${total} reviewers ${panel.ship === 1 ? 'ships' : 'ship'} it`);
  if (community !== null) notes.push(communityText(community));
  if (percent === null) return { percent, line: 'No panel verdict yet', shortLine: 'none yet', notes };
  return { percent, line: `${percentText(percent)} ship`, shortLine: percentText(percent), notes };
}

function communityText({ shipPercent, votes }: NonNullable<Tool['community']>): string {
  if (votes === null) return `${percentText(shipPercent)} ship in the community`;
  return `${percentText(shipPercent)} ship of ${votes} community ${votes === 1 ? 'vote' : 'votes'}`;
}

/** Cells for the personas the page names; what it does not name is counted, never guessed. */
export function buildSplit(takes: Take[]): SplitPart {
  const named = takes.filter(({ persona }) => persona !== null);
  const unnamed = takes.filter(({ persona }) => persona === null);
  if (takes.length === 0) return { cells: [], note: 'No reviewer take yet' };
  return { cells: named.length === 0 ? [] : buildCells(named), note: unnamedNote(unnamed, named.length > 0) };
}

function buildCells(named: Take[]): SplitCell[] {
  return personas.map((persona) => {
    const take = named.find((candidate) => candidate.persona === persona);
    const name = persona.charAt(0).toUpperCase() + persona.slice(1);
    if (take === undefined) return { persona: name, state: 'absent', score: null };
    return { persona: name, state: take.verdict ?? 'unstated', score: take.score };
  });
}

function unnamedNote(unnamed: Take[], hasNamed: boolean): string | null {
  const count = unnamed.length;
  if (count === 0) return null;
  const said = (['ship', 'skip'] as const).flatMap((verdict) => {
    const saidCount = unnamed.filter((take) => take.verdict === verdict).length;
    return saidCount === 0 ? [] : [`${verdict === 'ship' ? '▲' : '▽'} ${saidCount} ${verdict}`];
  });
  const who = hasNamed ? `${count} more` : `${count} ${count === 1 ? 'reviewer' : 'reviewers'}`;
  return `${who}, not named on the page${said.length > 0 ? `: ${said.join(', ')}` : ''}`;
}

/** The best sentence for a tool and the best against it, where who said it makes clear which it is; else one of the panel's. */
function buildQuotes(tool: Tool, told: Set<string>, isTold: boolean): QuotePart[] {
  const takesOf = (side: Side | null): Take[] => tool.takes.filter((take) => sideOf(take, tool, isTold) === side);
  const found = [quote('for', takesOf('for'), told), quote('against', takesOf('against'), told)];
  const quotes = found.filter((part) => part !== null);
  return quotes.length > 0 ? quotes : [quote('panel', takesOf(null), told)].filter((part) => part !== null);
}

/**
 * A share of all or none says what every take is; anything between says nothing of one take. A second choice of words is
 * put under for or against only where its own take has the verdict.
 */
function sideOf({ verdict }: Take, tool: Tool, isTold: boolean): Side | null {
  if (verdict !== null) return verdict === 'ship' ? 'for' : 'against';
  const share = isTold ? null : shareOf(tool);
  if (share === 100) return 'for';
  return share === 0 ? 'against' : null;
}

function quote(side: QuotePart['side'], takes: Take[], told: Set<string>): QuotePart | null {
  const best = pickBestSentence(takes, side === 'against' ? 'against' : 'for', told);
  if (best === undefined) return null;
  told.add(best.words);
  const { persona, score } = best.take;
  const by = [persona, score === null ? null : `${score} of 100`].filter((part) => part !== null);
  return { side, words: best.words, by: by.length === 0 ? null : by.join(', ') };
}
