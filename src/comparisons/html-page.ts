import { load, type CheerioAPI } from 'cheerio';
import { readHtmlHead } from './html-head.ts';
import { readHtmlLines } from './html-lines.ts';
import { findExcess } from './html-size.ts';
import { straightenLabels } from './page-labels.ts';
import { refuseAt, type PageRefusal } from './page-refusal.ts';
import { pageBytesLimit, parsePageLines, type ParsedPage } from './parse-page.ts';
import { isRefusal } from '../platform/refusal.ts';

/** Most late parts that are put in place. */
const streamedPartsLimit = 200;
/** How far ahead of our clock a date may lie that is not marked as the publication. */
const aheadMs = 48 * 3_600_000;

/**
 * Reads a comparison page from HTML: its visible text becomes the lines a text page has and goes through the same parser. Address and
 * publication come from the visible lines first, then from what the page tells machines. Refusals name lines of the HTML.
 */
export function parseHtmlPage(html: string, page: { address: string | null; now: Date }): ParsedPage | PageRefusal {
  const excess = findExcess(html);
  if (excess !== undefined) return refuseAt(1, 'too-long', excess);
  const $ = load(html, { sourceCodeLocationInfo: true });
  placeStreamedParts($);
  const [body] = $('body').toArray();
  const lines = body === undefined ? [] : readHtmlLines(body);
  if (isRefusal(lines)) return lines;
  const length = lines.reduce((sum, { text }) => sum + text.length, 0);
  if (length > pageBytesLimit) return refuseAt(1, 'too-long', `a page may have ${pageBytesLimit} characters of text`);
  const parsed = parsePageLines(straightenLabels(lines));
  if (isRefusal(parsed)) return parsed.refused === 'no-comparison' ? hintAtScripts(parsed) : parsed;
  const head = readHtmlHead($, { address: page.address, latestAt: new Date(page.now.getTime() + aheadMs) });
  const { publishedAt, publishedLine } = parsed.publishedAt === null ? head : parsed;
  return { ...parsed, url: parsed.url ?? head.url, publishedAt, publishedLine };
}

function hintAtScripts(refusal: PageRefusal): PageRefusal {
  const hint = 'if a browser shows one there, its scripts make it: save what is shown as text';
  return { ...refusal, sentence: `${refusal.sentence}; ${hint}` };
}

/**
 * React streams late parts in hidden boxes and moves them into place by script, `$RC("B:0","S:0")`; the same is done here.
 * Until the comment `/$` stands what was shown in the meantime.
 */
function placeStreamedParts($: CheerioAPI): void {
  const scripts = $('script:not([src])')
    .toArray()
    .map((script) => $(script).text());
  const moves = scripts.join('\n').matchAll(/\$R[CS]\("([BPS]:[\da-f]+)","([BPS]:[\da-f]+)"/g);
  for (const [, one = '', other = ''] of [...moves].slice(0, streamedPartsLimit)) {
    const [partId, placeId] = one.startsWith('S:') ? [one, other] : [other, one];
    const place = $(`template[id="${placeId}"]`);
    const part = $(`div[hidden][id="${partId}"]`);
    if (place.length !== 1 || part.length !== 1) continue;
    if (placeId.startsWith('B:')) dropUntilMark($, place);
    place.replaceWith(part.contents());
    part.remove();
  }
}

function dropUntilMark($: CheerioAPI, place: ReturnType<CheerioAPI>): void {
  for (let next = place[0]?.nextSibling; next !== null && next !== undefined;) {
    if (next.nodeType === 8 && 'data' in next && next.data === '/$') return;
    const after = next.nextSibling;
    $(next).remove();
    next = after;
  }
}
