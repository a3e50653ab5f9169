import type { Comparison, Take, Tool } from '../../src/comparisons/comparison.ts';

/** A tool that states nothing but its name, except what a test says. */
export function sampleTool(name: string, changes: Partial<Tool> = {}): Tool {
  return {
    name,
    slug: name.toLowerCase().replaceAll(' ', '-'),
    category: null,
    tagline: null,
    description: null,
    entry: null,
    pricing: null,
    bestFor: null,
    shipPercent: null,
    panel: null,
    community: null,
    takes: [],
    ...changes,
  };
}

export function sampleTake(changes: Partial<Take> = {}): Take {
  return { persona: null, score: null, verdict: null, words: null, ...changes };
}

/** Two tools side by side as a page would state them. */
export function sampleComparison(left: Tool, right: Tool, changes: Partial<Comparison> = {}): Comparison {
  const slug = `${left.slug}-vs-${right.slug}`;
  return { slug, url: null, publishedAt: null, title: `${left.name} vs ${right.name}`, left, right, ...changes };
}
