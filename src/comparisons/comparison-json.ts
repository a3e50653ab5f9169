import type { Comparison, Tool } from './comparison.ts';
import type { ListedComparison } from './queries.ts';

/** `comparison list --json`: moments in ISO 8601 or null. */
export function toListJson(comparisons: readonly ListedComparison[]) {
  return comparisons.map(({ slug, title, publishedAt }) => ({
    slug,
    title,
    publishedAt: publishedAt?.toISOString() ?? null,
  }));
}

/** `comparison show SLUG --json`: every field there, null where no page states it. */
export function toShowJson(comparison: Comparison) {
  const { slug, title, url, publishedAt, left, right } = comparison;
  return {
    slug,
    title,
    url,
    publishedAt: publishedAt?.toISOString() ?? null,
    left: toToolJson(left),
    right: toToolJson(right),
  };
}

function toToolJson(tool: Tool) {
  const { panel, community } = tool;
  return {
    name: tool.name,
    slug: tool.slug,
    category: tool.category,
    tagline: tool.tagline,
    description: tool.description,
    entry: tool.entry,
    pricing: tool.pricing,
    bestFor: tool.bestFor,
    shipPercent: tool.shipPercent,
    panel: panel === null ? null : { ship: panel.ship, skip: panel.skip },
    community: community === null ? null : { shipPercent: community.shipPercent, votes: community.votes },
    takes: tool.takes.map(({ persona, score, verdict, words }) => ({ persona, score, verdict, words })),
  };
}
