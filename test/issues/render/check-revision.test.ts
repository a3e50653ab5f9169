import { beforeAll, describe, expect, test } from 'vitest';
import { type Check, checkRevision, htmlBytesLimit } from '../../../src/issues/render/check-revision.ts';
import { checkLinks, isSafeLink } from '../../../src/issues/render/check-links.ts';
import type { RevisionContent } from '../../../src/issues/render/revision-content.ts';
import { weekOne } from './sample-picks.ts';
import { sampleRevision } from './sample-revision.ts';

let revision: RevisionContent;
beforeAll(async () => {
  revision = await sampleRevision(weekOne());
});

function check(changes: Partial<RevisionContent>): Check[] {
  const changed = { ...revision, ...changes };
  return checkRevision(changed, changed.envelope);
}

const codes = (checks: Check[]): string[] => checks.map(({ code }) => code);

/** The revision with its HTML padded by `bytes` in its first card. */
function padded(bytes: number): Partial<RevisionContent> {
  const cards = revision.cards.map((card, index) =>
    index === 0 ? { ...card, html: card.html + 'x'.repeat(bytes) } : card,
  );
  return { cards };
}

const size = (changes: Partial<RevisionContent>): number =>
  Number(/can be (\d+) bytes/.exec(check(changes)[0]?.sentence ?? '')?.[1]);

type Change = (words: string) => string;
const same: Change = (words) => words;
const drop =
  (words: string): Change =>
  (from) =>
    from.split(words).join('');
const shell = (html: Change, text: Change) => () => ({
  shellHtml: html(revision.shellHtml),
  shellText: text(revision.shellText),
});
const envelope = (changes: Partial<RevisionContent['envelope']>) => () => ({
  envelope: { ...revision.envelope, ...changes },
});

describe('the size of the worst mail', () => {
  test('HTML at 95 KB passes, one byte more is refused with its size by section', () => {
    const [tooLarge] = check(padded(htmlBytesLimit));
    const worst = Number(/can be (\d+) bytes/.exec(tooLarge?.sentence ?? '')?.[1]) - htmlBytesLimit;
    expect(worst).toBeGreaterThan(0);
    const room = htmlBytesLimit - worst;
    expect(check(padded(room))).toEqual([]);
    const [past] = check(padded(room + 1));
    expect(past).toMatchObject({ code: 'html-too-large', blocking: true });
    expect(past?.sentence).toMatch(
      /97281 bytes, 97280 is the limit: shared-axolotl-v0-16 \d+, the mail around the cards \d+/,
    );
  });

  test('it is counted in bytes, with the longest values in the slots', () => {
    const large = padded(htmlBytesLimit);
    const withSlot = { ...large, shellHtml: `${revision.shellHtml}⟦unsubscribe_url⟧` };
    expect(size(withSlot) - size(large)).toBe(300);
    expect(size({ ...large, shellHtml: `${revision.shellHtml}é▲` }) - size(large)).toBe(5);
  });
});

describe('what a revision must have', () => {
  test('a whole one has no fault', () => {
    expect(check({})).toEqual([]);
  });

  test.each<[string, () => Partial<RevisionContent>, string]>([
    ['an unsubscribe link in the HTML', shell(drop('href="⟦unsubscribe_url⟧"'), same), 'unsubscribe-missing'],
    ['an unsubscribe link in the text', shell(same, drop('⟦unsubscribe_url⟧')), 'unsubscribe-missing'],
    ['the postal address in the HTML', shell(drop('12 Sample Street'), same), 'postal-address-missing'],
    ['the postal address in the text', shell(same, drop('12 Sample Street')), 'postal-address-missing'],
    ['a postal address at all', envelope({ postalAddress: ' ' }), 'postal-address-missing'],
    ['a text of the mail', shell(same, () => '⟦cards⟧'), 'text-missing'],
    ['a text of each card', () => ({ cards: revision.cards.map((card) => ({ ...card, text: ' ' })) }), 'text-missing'],
    ['a card', () => ({ cards: [] }), 'no-cards'],
    ['a subject', envelope({ subject: '  ' }), 'subject-missing'],
    ['one-click unsubscribe', envelope({ headers: {} }), 'one-click-missing'],
    ['headers on one line', envelope({ subject: 'a\r\nBcc: x@example.com' }), 'header-unsafe'],
    ['a sender on one line', envelope({ from: 'a\u0000@example.com' }), 'header-unsafe'],
    ['slots that somebody fills', shell((html) => `${html}⟦vote_url⟧`, same), 'slot-unknown'],
    ['alternative text', shell((html) => `${html}<img src="https://example.com/x.png">`, same), 'alt-missing'],
    ['safe links', shell((html) => `${html}<a href="javascript:alert(1)">x</a>`, same), 'link-unsafe'],
  ])('a revision without %s is blocked', (_, change, code) => {
    const checks = check(change());
    expect(codes(checks)).toContain(code);
    expect(checks.every(({ blocking }) => blocking)).toBe(true);
  });

  test('a picture with an empty alternative text passes', () => {
    expect(check({ shellHtml: `${revision.shellHtml}<img alt="" src="https://example.com/x.png">` })).toEqual([]);
  });

  test('a subject of 60 and a preheader of 110 pass, one more is said and does not block', () => {
    const at = { ...revision.envelope, subject: '😀'.repeat(60), preheader: 'p'.repeat(110) };
    expect(check({ envelope: at })).toEqual([]);
    const past = check({ envelope: { ...at, subject: '😀'.repeat(61), preheader: 'p'.repeat(111) } });
    expect(past.map(({ code, blocking }) => [code, blocking])).toEqual([
      ['subject-long', false],
      ['preheader-long', false],
    ]);
  });
});

describe('a link', () => {
  test.each(['https://example.com', 'http://example.com/a?b=c&d', 'mailto:desk@example.com', 'HTTPS://example.com'])(
    '%s passes',
    (link) => {
      expect(isSafeLink(link)).toBe(true);
    },
  );

  test.each([
    '',
    '#',
    '/relative',
    '//example.com',
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'data:text/html,x',
    'http://',
    'http:///x',
    'https://?x',
    ' https://example.com',
    'https://user@example.com',
    'ftp://example.com',
    'mailto:',
    'java\nscript:x',
    'https://[bad',
  ])('%j is refused', (link) => {
    expect(isSafeLink(link)).toBe(false);
  });

  test('entities and quotes hide nothing, a slot is a link of ours', () => {
    expect(checkLinks('<a href="&amp;javascript:x">')).toHaveLength(1);
    expect(checkLinks("<a href='javascript:x'>")).toHaveLength(1);
    expect(checkLinks('<a href=javascript:x>')).toHaveLength(1);
    expect(checkLinks('<a href="⟦archive_url⟧"><a href="https://example.com/?a=1&amp;b=2">')).toEqual([]);
  });
});
