import type { CheerioAPI } from 'cheerio';
import { parsePublishedAt, parseUrl, type PageHead } from './page-head.ts';
import { isPublicAddress } from '../platform/public-address.ts';
import { bareHost } from '../platform/web-address.ts';
import { isIP } from 'node:net';

/** Before the web had such pages a date is a placeholder. */
const earliestAt = new Date('2000-01-01T00:00:00Z');

interface Stated {
  text: string;
  line: number | null;
}

/**
 * Reads what a page tells machines of itself, null where that is nothing plausible: the canonical address (RFC 6596) and the
 * publication: `article:published_time`, JSON-LD `datePublished`, a marked `time` element, or the only one when it is not after
 * `latestAt`. Machines' dates that contradict each other within one kind count as none.
 */
export function readHtmlHead($: CheerioAPI, page: { address: string | null; latestAt: Date }): PageHead {
  const marked = [
    listStated($('meta[property="article:published_time"], meta[itemprop="datePublished"]'), 'content'),
    readLinkedDates($),
    listStated($('time[itemprop="datePublished"], time[pubdate]'), 'datetime'),
  ];
  const found =
    marked.map((stated) => onlyMoment(stated)).find((one) => one !== null) ??
    // A time that nothing marks may be that of an event.
    onlyMoment(listStated($('time[datetime]'), 'datetime'), page.latestAt);
  return {
    url: readCanonical($, page.address),
    publishedAt: found?.publishedAt ?? null,
    publishedLine: found?.publishedLine ?? null,
  };
}

function listStated(elements: ReturnType<CheerioAPI>, attribute: string): Stated[] {
  return elements
    .toArray()
    .flatMap((element) =>
      'attribs' in element
        ? [{ text: element.attribs[attribute] ?? '', line: element.sourceCodeLocation?.startLine ?? null }]
        : [],
    );
}

function onlyMoment(
  stated: readonly Stated[],
  latestAt?: Date,
): Pick<PageHead, 'publishedAt' | 'publishedLine'> | null {
  const plausible = stated.flatMap(({ text, line }) => {
    const moment = parsePublishedAt(text);
    if (moment === undefined || moment < earliestAt) return [];
    return latestAt !== undefined && moment > latestAt
      ? []
      : [{ publishedAt: moment.toISOString(), publishedLine: line }];
  });
  const [first] = plausible;
  return first === undefined || plausible.some((other) => other.publishedAt !== first.publishedAt) ? null : first;
}

/** `datePublished` of what the page's JSON-LD is about: the object itself, those of a list, or those of its `@graph`. */
function readLinkedDates($: CheerioAPI): Stated[] {
  return $('script[type="application/ld+json"]')
    .toArray()
    .flatMap((script) => {
      const line = script.sourceCodeLocation?.startLine ?? null;
      return listOf(parseJson($(script).text())).map((value) => ({ value, line }));
    })
    .flatMap(({ value, line }) => [value, ...listOf(fieldOf(value, '@graph') ?? [])].map((one) => ({ one, line })))
    .flatMap(({ one, line }) => {
      const text = fieldOf(one, 'datePublished');
      return typeof text === 'string' ? [{ text, line }] : [];
    });
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
  return Array.isArray(value) ? value : [value];
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
