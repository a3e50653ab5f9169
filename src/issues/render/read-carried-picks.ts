import { type CheerioAPI, load } from 'cheerio';
import { slugOf } from '../../comparisons/slug.ts';

/** A comparison as a mail names it: its two tools, in no order where they stand in a group, and its page. */
export interface CarriedPick {
  leftSlug: string;
  rightSlug: string;
  /** Null where the mail links no page of it. */
  link: string | null;
}

type Heading = Parameters<CheerioAPI>[0];

const linkWords = /^Read (?!this issue on the web$)/;

/**
 * Reads from the HTML of an issue's mail which comparisons it carries, by its headings: two names beside each other are a pair;
 * one name is a tool that those in the smaller headings below are compared with. A tool's slug is that of its name.
 */
export function readCarriedPicks(html: string): CarriedPick[] {
  const $ = load(html);
  const picks: CarriedPick[] = [];
  let shared: string | undefined;
  for (const heading of $('h2, h3').toArray()) {
    const [name, other] = $(heading)
      .children('bdi')
      .toArray()
      .map((part) => $(part).text());
    if (heading.tagName === 'h2') {
      if (name !== undefined && other !== undefined) picks.push(pickOf([name, other], readLink($, heading)));
      shared = other === undefined ? name : undefined;
    } else if (shared !== undefined && name !== undefined) {
      picks.push(pickOf([shared, name], readLink($, heading)));
    }
  }
  return picks;
}

function pickOf([left, right]: [string, string], link: string | null): CarriedPick {
  return { leftSlug: slugOf(left), rightSlug: slugOf(right), link };
}

/** A card is one cell of a table. */
function readLink($: CheerioAPI, heading: Heading): string | null {
  const links = $(heading).closest('td').find('a').toArray();
  const link = links.find((one) => linkWords.test($(one).text().trim()));
  return link === undefined ? null : ($(link).attr('href') ?? null);
}

/** Reads the number of the issue from the head of its mail; null where it has none. */
export function readCarriedNumber(html: string): number | null {
  const $ = load(html);
  const lines = $('p, td, div')
    .toArray()
    .map((part) => /^\s*Issue (\d{1,9}) · /.exec($(part).text())?.[1]);
  const found = lines.find((digits) => digits !== undefined);
  return found === undefined ? null : Number(found);
}
