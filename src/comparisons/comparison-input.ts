import type { z } from 'zod';
import type { Take, Tool } from './comparison.ts';
import { comparisonSchema, type ComparisonInput, type ToolInput } from './comparison-schema.ts';
import { isAbsent } from './figures.ts';
import { joinLines, readPageLines } from './lines.ts';
import { parsePublishedAt, parseUrl } from './page-head.ts';
import { quoted } from './page-refusal.ts';
import type { ParsedPage } from './parse-page.ts';
import { takesCountLimit } from './scorecard.ts';
import { pairSlugOf, slugOf } from './slug.ts';
import { isRefusal, type Refusal } from '../platform/refusal.ts';

/** How much of what is wrong with a field a sentence shows. */
const faultLengthLimit = 200;

type InputRefusal = Refusal<'not-understood' | 'contradiction' | 'same-tool' | 'too-long'>;

/** Reads one comparison from a JSON value, by the published schema; its texts become what a page's lines would have given. */
export function readComparisonInput(value: unknown): ParsedPage | InputRefusal {
  const checked = comparisonSchema.safeParse(value);
  if (!checked.success) {
    const [fault] = checked.error.issues;
    return refuse('not-understood', fault === undefined ? 'it is no comparison' : describeFault(fault, value));
  }
  const input = checked.data;
  const left = readTool(input.left);
  const right = readTool(input.right);
  const refusal = [left, right].find((tool) => isRefusal(tool)) ?? findPairFault(input, left, right);
  if (isRefusal(refusal)) return refusal;
  if (isRefusal(left) || isRefusal(right)) return isRefusal(left) ? left : refuse('not-understood', 'no right tool');
  const url = readStated(input.url, parseUrl);
  const publishedAt = readStated(input.publishedAt, (text) => parsePublishedAt(text)?.toISOString());
  if (url === undefined) return refuse('not-understood', `url: ${quoted(input.url ?? '')} is no web address`);
  if (publishedAt === undefined)
    return refuse('not-understood', `publishedAt: ${quoted(input.publishedAt ?? '')} is no date such as 2026-11-03`);
  const title = `${left.name} vs ${right.name}`;
  return { page: { title, left, right }, url, publishedAt, publishedLine: null, takeLines: { left: [], right: [] } };
}

function refuse(refused: InputRefusal['refused'], sentence: string): InputRefusal {
  return { refused, sentence };
}

function describeFault(fault: z.core.$ZodIssue, value: unknown): string {
  if (fault.code === 'unrecognized_keys') {
    const fields = fault.keys.map((key) => [...fault.path, key].map(String).join('.')).join(', ');
    const words = fault.keys.length === 1 ? 'is no field of a comparison' : 'are no fields of a comparison';
    return `${cut(fields)} ${words}: \`comparison schema\` shows those there are`;
  }
  if (fault.path.length > 0) return `${fault.path.map(String).join('.')}: ${cut(fault.message)}`;
  const kind = value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`;
  return `this is ${kind} and no comparison, which is an object with the fields left and right`;
}

function cut(words: string): string {
  return words.length > faultLengthLimit ? `${words.slice(0, faultLengthLimit)}…` : words;
}

/** Null where nothing is stated, undefined where it is not understood. */
function readStated(text: string | null | undefined, read: (text: string) => string | undefined) {
  return text === null || text === undefined ? null : read(text.trim());
}

function readTool(input: ToolInput): Tool | InputRefusal {
  const name = readFact(input.name);
  if (name === null) return refuse('not-understood', `name: ${quoted(input.name)} is no name`);
  const slug = slugOf(name);
  if (input.slug !== undefined && input.slug !== slug)
    return refuse('contradiction', `slug: that of ${quoted(name)} is ${slug}, not ${quoted(input.slug)}; leave it out`);
  const takes = readTakes(input.takes ?? [], name);
  if (isRefusal(takes)) return takes;
  const { panel, community } = input;
  return {
    name,
    slug,
    category: readFact(input.category),
    tagline: readFact(input.tagline),
    description: readText(input.description),
    entry: input.entry ?? null,
    pricing: readFact(input.pricing),
    bestFor: readFact(input.bestFor),
    shipPercent: input.shipPercent ?? null,
    panel: panel ?? null,
    community: community === null || community === undefined ? null : { ...community, votes: community.votes ?? null },
    takes,
  };
}

/** A text of several lines, as the lines of a page would give it; an absent mark is none. */
function readText(text: string | null | undefined): string | null {
  const joined = joinLines(readPageLines(text ?? ''));
  return joined === '' || isAbsent(joined) ? null : joined;
}

function readFact(text: string | null | undefined): string | null {
  return readText(text)?.replaceAll(/\s+/g, ' ') ?? null;
}

function readTakes(inputs: NonNullable<ToolInput['takes']>, name: string): Take[] | InputRefusal {
  const takes: Take[] = [];
  for (const { persona = null, score = null, verdict = null, words } of inputs) {
    const take: Take = { persona, score, verdict, words: readText(words) };
    if (Object.values(take).every((one) => one === null))
      return refuse('not-understood', `a take of ${quoted(name)} says nothing: leave it out`);
    if (takes.some((other) => persona !== null && other.persona === persona && other.words !== take.words))
      return refuse('contradiction', `the ${persona} has two takes of ${quoted(name)}`);
    takes.push(take);
  }
  return takes;
}

function findPairFault(
  input: ComparisonInput,
  left: Tool | InputRefusal,
  right: Tool | InputRefusal,
): InputRefusal | undefined {
  if (isRefusal(left) || isRefusal(right)) return undefined;
  if (left.slug === right.slug)
    return refuse('same-tool', `${quoted(left.name)} and ${quoted(right.name)} are one and the same tool`);
  if (left.takes.length + right.takes.length > takesCountLimit)
    return refuse('too-long', `a page may have ${takesCountLimit} takes, not more`);
  const slug = pairSlugOf(left.slug, right.slug);
  if (input.slug !== undefined && input.slug !== slug)
    return refuse('contradiction', `slug: that of these tools is ${slug}, not ${quoted(input.slug)}; leave it out`);
  const title = `${left.name} vs ${right.name}`;
  if (input.title === undefined || readFact(input.title) === title) return undefined;
  return refuse('contradiction', `title: that of these tools is ${quoted(title)}; leave it out`);
}
