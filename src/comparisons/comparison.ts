/** The reviewers, in the order every page and mail shows them. */
export const personas = ['builder', 'skeptic', 'futurist', 'creator', 'founder'] as const;
export type Persona = (typeof personas)[number];
export type Verdict = 'ship' | 'skip';

/** One reviewer persona's say on one tool; what the page does not state is null, never guessed. */
export interface Take {
  persona: Persona | null;
  /** 0-100 */
  score: number | null;
  verdict: Verdict | null;
  words: string | null;
}

/** A product under review, as one comparison page states it. */
export interface Tool {
  name: string;
  slug: string;
  category: string | null;
  tagline: string | null;
  description: string | null;
  entry: 'free' | 'paid' | null;
  pricing: string | null;
  bestFor: string | null;
  /** Share of the panel that ships it, 0-100. */
  shipPercent: number | null;
  panel: { ship: number; skip: number } | null;
  community: { shipPercent: number; votes: number | null } | null;
  takes: Take[];
}

/** What one page states; stored as a version's content. */
export interface ComparisonPage {
  title: string;
  left: Tool;
  right: Tool;
}

/** A comparison as shown: the page's content with labels and newest facts from the pages that share a tool. */
export interface Comparison extends ComparisonPage {
  slug: string;
  url: string | null;
  publishedAt: Date | null;
}
