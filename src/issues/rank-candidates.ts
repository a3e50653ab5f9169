import type { Comparison } from '../comparisons/comparison.ts';
import type { PickReason, PickReasons } from './issue.ts';
import { type LastFeatured, rateFeatured, rateFreshness, rateSplit, rateTopic, rateVotes } from './rate-candidate.ts';

/** A comparison that could be picked, at the version it has now. */
export interface Candidate {
  comparisonId: string;
  versionId: string;
  comparison: Comparison;
  /** When it was new: its publication, or where the page states none its first import. */
  newAt: Date;
}

export interface Ranking {
  candidates: readonly Candidate[];
  /** By tool slug; tools that were in no issue are absent. */
  lastFeatured: ReadonlyMap<string, LastFeatured>;
  now: Date;
  picksCount: number;
}

export interface RankedPick {
  candidate: Candidate;
  score: number;
  reasons: PickReasons;
}

/**
 * The picks for an issue, best first: the same inputs give the same picks. Topics count against what is already picked,
 * so it picks one after the other; equal scores go by slug.
 */
export function rankCandidates(ranking: Ranking): RankedPick[] {
  const rated = ranking.candidates.map((candidate) => ({ candidate, reasons: rateAlone(candidate, ranking) }));
  const picks: RankedPick[] = [];
  const topicCounts = new Map<string, number>();
  while (picks.length < ranking.picksCount) {
    const best = rated
      .filter(({ candidate }) => !picks.some((pick) => pick.candidate === candidate))
      .map((one) => withTopic(one, topicCounts))
      .sort(byScoreThenSlug)[0];
    if (best === undefined) break;
    picks.push(best);
    for (const topic of topicsOf(best.candidate.comparison)) topicCounts.set(topic, (topicCounts.get(topic) ?? 0) + 1);
  }
  return picks;
}

/** The categories of the two tools, each once; a page may state none. */
function topicsOf({ left, right }: Comparison): string[] {
  return [...new Set([left.category, right.category].filter((category) => category !== null))];
}

function rateAlone({ comparison, newAt }: Candidate, { lastFeatured, now }: Ranking): PickReason[] {
  const { left, right, publishedAt } = comparison;
  const featured = [left, right].map((tool) => ({ name: tool.name, last: lastFeatured.get(tool.slug) ?? null }));
  return [
    rateFreshness({ newAt, now, isPublished: publishedAt !== null }),
    rateSplit([left, right]),
    rateVotes([left, right]),
    rateFeatured(featured, now),
  ];
}

function withTopic(
  one: Pick<RankedPick, 'candidate' | 'reasons'>,
  topicCounts: ReadonlyMap<string, number>,
): RankedPick {
  const [freshness, split, votes, featured] = one.reasons;
  const topic = rateTopic(topicsOf(one.candidate.comparison), topicCounts);
  const reasons = [freshness, split, votes, topic, featured].filter((reason) => reason !== undefined);
  const score = reasons.reduce((sum, reason) => sum + reason.points, 0);
  return { candidate: one.candidate, score: Math.round(score * 100) / 100, reasons };
}

function byScoreThenSlug(a: RankedPick, b: RankedPick): number {
  if (a.score !== b.score) return b.score - a.score;
  return a.candidate.comparison.slug < b.candidate.comparison.slug ? -1 : 1;
}
