import type { CheerioAPI } from 'cheerio';
import { parsePublishedAt, parseUrl } from './page-head.ts';
import { isPublicAddress } from '../platform/public-address.ts';
import { bareHost } from '../platform/web-address.ts';
import { isIP } from 'node:net';

/** What a page tells machines of itself; null where it says nothing plausible. */
export interface HtmlHead {
  url: string | null;
  /** ISO 8601 in UTC. */
  publishedAt: string | null;
}

/** Before the web had such pages a date is a placeholder; after `latestAt` it is no past. */
const earliestAt = new Date('2000-01-01T00:00:00Z');

/**
 * Reads the canonical address (RFC 6596) and the publication: `article:published_time`, JSON-LD `datePublished`, a marked `time`
 * element or the only one. Machines' dates that contradict each other within one kind count as none.
 */
export function readHtmlHead($: CheerioAPI, page: { address: string | null; latestAt: Date }): HtmlHead {
  const kinds = [
    $('meta[property="article:published_time"], meta[itemprop="datePublished"]')
      .toArray()
      .map((meta) => meta.attribs.content ?? ''),
    readLinkedDates($),
    $('time[itemprop="datePublished"], time[pubdate]')
      .toArray()
      .map((time) => time.attribs.datetime ?? ''),
    $('time[datetime]')
      .toArray()
      .map((time) => time.attribs.datetime ?? ''),
  ];
  const stated = kinds.map((texts) => onlyMoment(texts, page.latestAt));
  return { url: readCanonical($, page.address), publishedAt: stated.find((one) => one !== null) ?? null };
}

function onlyMoment(texts: readonly string[], latestAt: Date): string | null {
  const moments = texts
    .map(parsePublishedAt)
    .filter((moment) => moment !== undefined && moment >= earliestAt && moment <= latestAt);
  const [moment, ...others] = new Set(moments.map((one) => one?.toISOString() ?? ''));
  return moment === undefined || others.length > 0 ? null : moment;
}

/** `datePublished` of what the page's JSON-LD is about: the object itself, those of a list, or those of its `@graph`. */
function readLinkedDates($: CheerioAPI): string[] {
  const documents = $('script[type="application/ld+json"]')
    .toArray()
    .map((script) => parseJson($(script).text()));
  return documents
    .flat()
    .flatMap((one) => [one, ...listOf(fieldOf(one, '@graph'))])
    .map((one) => fieldOf(one, 'datePublished'))
    .filter((date) => typeof date === 'string');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined;
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A canonical address that could be a page of a public site; a front page or this machine is a site's mistake. */
function readCanonical($: CheerioAPI, address: string | null): string | null {
  const links = $('head link[rel~="canonical" i]')
    .toArray()
    .map((link) => link.attribs.href ?? '');
  const [link, ...others] = new Set(links);
  if (link === undefined || others.length > 0 || !URL.canParse(link, address ?? undefined)) return null;
  const url = new URL(link, address ?? undefined);
  const host = bareHost(url.hostname);
  const isHere = host === 'localhost' || (isIP(host) !== 0 && !isPublicAddress(host));
  if (isHere || (url.pathname === '/' && url.search === '')) return null;
  url.hash = '';
  return parseUrl(url.href) ?? null;
}
