import { z } from 'zod';
import { personas } from './comparison.ts';
import { factLengthLimit } from './figures.ts';
import { urlLengthLimit } from './page-head.ts';
import { takesCountLimit, wordsLengthLimit } from './scorecard.ts';
import { descriptionLengthLimit } from './tool-block.ts';
import { nameLengthLimit } from './tool-names.ts';

const fact = z.string().max(factLengthLimit).nullish();
const percent = z.number().min(0).max(100);
const count = z.int().min(0).max(9999);
const votesCountLimit = 999_999_999;

const take = z.strictObject({
  persona: z.enum(personas).nullish().describe('Who says it; null where the page does not name the reviewer.'),
  score: z.int().min(0).max(100).nullish(),
  verdict: z.enum(['ship', 'skip']).nullish(),
  words: z.string().max(wordsLengthLimit).nullish(),
});

const tool = z.strictObject({
  name: z.string().min(1).max(nameLengthLimit),
  slug: z.string().optional().describe('Follows from the name; where it stands it must be that.'),
  category: fact,
  tagline: fact,
  description: z.string().max(descriptionLengthLimit).nullish().describe('An empty line parts paragraphs.'),
  entry: z.enum(['free', 'paid']).nullish(),
  pricing: fact,
  bestFor: fact,
  shipPercent: percent.nullish().describe('Share of the panel that ships it, in per cent.'),
  panel: z.strictObject({ ship: count, skip: count }).nullish(),
  community: z.strictObject({ shipPercent: percent, votes: z.int().min(0).max(votesCountLimit).nullish() }).nullish(),
  takes: z.array(take).max(takesCountLimit).optional(),
});

/**
 * One comparison as JSON: what `comparison show --json` prints. Only the two names are needed; what is left out or null is not known,
 * and never guessed. A field that is not here is refused, so that a slip of the pen is no lost fact.
 */
export const comparisonSchema = z.strictObject({
  $schema: z.string().optional(),
  slug: z.string().optional().describe('Follows from the two names; where it stands it must be that.'),
  title: z.string().optional().describe('The two names with " vs " between; where it stands it must be that.'),
  url: z.string().max(urlLengthLimit).nullish().describe('Where the comparison stands, http or https.'),
  publishedAt: z.string().nullish().describe('Such as 2026-11-03 or 2026-11-03T09:00:00Z; a day is its start in UTC.'),
  left: tool,
  right: tool,
});

export type ComparisonInput = z.infer<typeof comparisonSchema>;
export type ToolInput = ComparisonInput['left'];

/** The same as a JSON Schema (draft 2020-12), for other programs. */
export function toJsonSchema(): object {
  return { title: 'A comparison of two tools', ...z.toJSONSchema(comparisonSchema, { io: 'input' }) };
}
