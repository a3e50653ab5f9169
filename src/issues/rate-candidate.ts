import type { Tool } from '../comparisons/comparison.ts';
import type { PickReason } from './issue.ts';
import { countOf } from '../platform/count-of.ts';

/** The last issue that went out with a tool in it. */
export interface LastFeatured {
  issueNumber: number;
  featuredAt: Date;
}

/** The most points each part can give; together 100. */
export const mostPoints = { freshness: 40, split: 25, votes: 15, topics: 10, featured: 10 } as const;

/** A comparison older than this is no candidate any more. */
export const candidateDaysLimit = 28;

/** From this many community votes on, more of them add nothing. */
const manyVotes = 1000;
/** A tool that was last in an issue this long ago counts like one that never was. */
const featuredFadesDays = 56;
const dayMs = 86_400_000;

/** New today gives all points, four weeks old none. */
export function rateFreshness(page: { newAt: Date; now: Date; isPublished: boolean }): PickReason {
  const days = Math.max(0, (page.now.getTime() - page.newAt.getTime()) / dayMs);
  const wholeDays = Math.floor(days);
  const when = wholeDays === 0 ? 'today' : `${countOf(wholeDays, 'day')} ago`;
  const share = 1 - Math.min(1, days / candidateDaysLimit);
  return reason('freshness', share, `${page.isPublished ? 'published' : 'imported'} ${when}`);
}

/** The more evenly one tool's panel is split, the more there is to read; the tool that splits it more decides. */
export function rateSplit(tools: readonly Tool[]): PickReason {
  const panels = tools.map(panelOf).filter((panel) => panel !== null);
  if (panels.length === 0) return reason('split', 0, 'no panel verdict yet');
  const share = Math.max(...panels.map((panel) => 1 - Math.abs(2 * panel.shipShare - 1)));
  const said = new Set(panels.map((panel) => panel.says));
  const names = (says: string): string =>
    panels
      .filter((panel) => panel.says === says)
      .map((panel) => panel.name)
      .join(' and ');
  const clauses = [...said].map((says) => `${says} on ${names(says)}`);
  return reason('split', share, `the panel ${clauses.join(' and ')}`);
}

/** Community votes on both tools together, by order of magnitude. */
export function rateVotes(tools: readonly Tool[]): PickReason {
  const communities = tools.map((tool) => tool.community).filter((community) => community !== null);
  const votes = communities.reduce((sum, community) => sum + (community.votes ?? 0), 0);
  if (votes > 0) {
    const share = Math.log10(1 + votes) / Math.log10(1 + manyVotes);
    return reason('votes', Math.min(1, share), countOf(votes, 'community vote'));
  }
  const isCounted = communities.every((community) => community.votes === 0);
  if (isCounted) return reason('votes', 0, 'no community votes yet');
  return reason('votes', 0.2, 'the community has voted, the page does not say how often');
}

/** All points for the first pick on a topic, half for the second, a third for the third. */
export function rateTopic(topics: readonly string[], pickedCounts: ReadonlyMap<string, number>): PickReason {
  const [newest] = topics
    .map((topic) => ({ topic, count: pickedCounts.get(topic) ?? 0 }))
    .sort((a, b) => a.count - b.count);
  if (newest === undefined) return reason('topics', 0, 'no topic stated');
  const { topic, count } = newest;
  const sentence = count === 0 ? `first pick on ${topic}` : `pick ${count + 1} on ${topic}`;
  return reason('topics', 1 / (1 + count), sentence);
}

interface Featured {
  name: string;
  last: LastFeatured | null;
}

/** Half the points for each tool: all of them when it was never in an issue, growing back over eight weeks when it was. */
export function rateFeatured(tools: readonly Featured[], now: Date): PickReason {
  const shares = tools.map(({ last }) => {
    const days = last === null ? featuredFadesDays : (now.getTime() - last.featuredAt.getTime()) / dayMs;
    return Math.min(1, Math.max(0, days) / featuredFadesDays);
  });
  const share = shares.reduce((sum, one) => sum + one, 0) / tools.length;
  const fresh = tools.filter((tool) => tool.last === null).map((tool) => tool.name);
  const known = tools.flatMap(({ name, last }) =>
    last === null ? [] : `${name} was last in issue ${last.issueNumber}`,
  );
  const firsts =
    fresh.length === 0 ? [] : [`first time ${fresh.join(' and ')} ${fresh.length === 1 ? 'is' : 'are'} featured`];
  return reason('featured', share, [...firsts, ...known].join('; '));
}

interface PanelRead {
  name: string;
  /** 0-1 */
  shipShare: number;
  /** What "the panel ..." does, without "on <tool>". */
  says: string;
}

/** What the page counts, else the labelled verdicts where they bear out the stated share, else that share; null without any. */
function panelOf(tool: Tool): PanelRead | null {
  const { name, shipPercent } = tool;
  const counted = countsOf(tool);
  if (counted !== null) {
    const shipShare = counted.ship / (counted.ship + counted.skip);
    const most = Math.max(counted.ship, counted.skip);
    const least = Math.min(counted.ship, counted.skip);
    return { name, shipShare, says: least === 0 ? 'agrees' : `is split ${most} to ${least}` };
  }
  if (shipPercent === null) return null;
  const isUnanimous = shipPercent === 0 || shipPercent === 100;
  return { name, shipShare: shipPercent / 100, says: isUnanimous ? 'agrees' : `is split (${shipPercent} % ship)` };
}

function countsOf({ panel, takes, shipPercent }: Tool): { ship: number; skip: number } | null {
  if (panel !== null && panel.ship + panel.skip > 0) return panel;
  const ship = takes.filter((take) => take.verdict === 'ship').length;
  const skip = takes.filter((take) => take.verdict === 'skip').length;
  if (ship + skip === 0) return null;
  const bearsOut = shipPercent === null || Math.abs((100 * ship) / (ship + skip) - shipPercent) < 1;
  return bearsOut ? { ship, skip } : null;
}

function reason(part: PickReason['part'], share: number, sentence: string): PickReason {
  return { part, points: Math.round(mostPoints[part] * share * 100) / 100, sentence };
}
