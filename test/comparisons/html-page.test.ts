import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { edit, labelledText, parsePage, unlabelledText } from './fixture-pages.ts';
import { escapeHtml, htmlForms } from './html-forms.ts';
import { parseHtmlPage } from '../../src/comparisons/html-page.ts';
import { htmlOpenLimit, htmlTagsLimit } from '../../src/comparisons/html-size.ts';
import { htmlDepthLimit } from '../../src/comparisons/html-lines.ts';
import type { ParsedPage } from '../../src/comparisons/parse-page.ts';
import { isRefusal } from '../../src/platform/refusal.ts';

const now = new Date('2026-11-10T08:00:00Z');

function read(html: string, address: string | null = null) {
  return parseHtmlPage(html, { address, now });
}

function parseHtml(html: string, address: string | null = null): ParsedPage {
  const parsed = read(html, address);
  if (isRefusal(parsed)) throw new Error(parsed.sentence);
  return parsed;
}

const both = [
  ['labelled', labelledText],
  ['unlabelled', unlabelledText],
] as const;

describe.each(Object.entries(htmlForms))('a page set as %s', (_, toHtml) => {
  test.each(both)('says what its text says, %s', (_, text) => {
    expect(parseHtml(toHtml(text)).page).toEqual(parsePage(text).page);
  });
});

/** Every line in a box of its own. */
const inBoxes = (text: string) =>
  text
    .split('\n')
    .map((line) => (line === '' ? '<p></p>' : `<div>${escapeHtml(line)}</div>`))
    .join('\n');
const article = htmlForms['a semantic article'] ?? inBoxes;

test.each(both)('a page whose lines stand in any boxes says what its text says, %s', (_, text) => {
  const wraps = [
    (line: string) => `<div>${line}</div>`,
    (line: string) => `<section class="p-4"><span>${line}</span></section>`,
    (line: string) => `<ul><li><a href="/x">${line}</a></li></ul>`,
    (line: string) => `${line}<br/>`,
    (line: string) => `<my-card><em><b>${line}</b></em></my-card>`,
    (line: string) => `<div hidden>Entry</div><!-- Entry --><h4>${line}</h4>`,
    (line: string) =>
      `<table role="presentation"><tr><td> </td><td>${line.replaceAll(' ', '\n&nbsp;')}</td><td></td></tr></table>`,
    (line: string) => `<dl><dt>${line}</dt></dl><script>document.write('Entry')</script>`,
  ];
  const lines = text.split('\n').filter((line) => line !== '');
  const whole = parsePage(lines.join('\n')).page;
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...wraps), { minLength: 1, maxLength: 17 }), (chosen) => {
      const boxes = lines.map((line, index) => chosen[index % chosen.length]?.(escapeHtml(line)));
      expect(parseHtml(`<body><div></div>${boxes.join('')}`).page).toEqual(whole);
    }),
    { numRuns: 30 },
  );
});

describe('what is not seen does not count:', () => {
  test.each([
    '<div hidden>Entry</div>',
    '<p style="color: red; display: none">Entry</p>',
    '<p style="visibility:hidden">Entry</p>',
    '<p class="hidden">Entry</p>',
    '<p class="block lg:hidden">Entry</p>',
    '<p class="d-block d-md-none">Entry</p>',
    '<template><p>Entry</p></template>',
    '<noscript><p>Entry</p></noscript>',
    '<nav><p>Entry</p></nav>',
    '<svg><title>Entry</title></svg>',
    '<img alt="Entry">',
    '<button>Entry</button>',
    '<dialog>Entry</dialog>',
    '<style>Entry</style>',
    '<!-- Entry -->',
  ])('%s', (part) => {
    const html = inBoxes(labelledText);
    expect(parseHtml(edit(html, '<div>Quillpad</div>', `${part}<div>Quillpad</div>`)).page).toEqual(
      parseHtml(html).page,
    );
  });

  test('a part that a wide screen shows does', () => {
    const seen = '<p class="hidden md:block">Readable logs.</p>';
    const html = edit(inBoxes(unlabelledText), '<div>Models</div>', `${seen}<div>Models</div>`);
    expect(parseHtml(html).page.left.description).toContain('Readable logs.');
  });
});

describe('figures', () => {
  test('that stand after their labels are read as those before them', () => {
    const turned = unlabelledText
      .replace('75%\nPanel ship\n—\nCommunity\nPaid\nEntry', 'Panel ship\n75%\nCommunity\n—\nEntry\nPaid')
      .replace('100%\nPanel ship\n—\nCommunity\nFree\nEntry', 'Panel ship\n100%\nCommunity\nEntry\nFree');
    expect(turned).not.toBe(unlabelledText);
    expect(parseHtml(inBoxes(turned)).page).toEqual(parsePage(unlabelledText).page);
  });

  test.each(['75% Panel ship', '75%Panel ship', '75%<!-- --> <b>Panel ship</b>', '75<span>%</span> Panel ship'])(
    'on one line with their label are two lines: %s',
    (line) => {
      const html = edit(inBoxes(unlabelledText), '<div>75%</div>\n<div>Panel ship</div>', `<p>${line}</p>`);
      expect(parseHtml(html).page.left.shipPercent).toBe(75);
    },
  );
});

describe('where and when a page came out', () => {
  const withHead = (head: string, body = '') =>
    article(unlabelledText).replace('</head>', `${head}</head>`).replace('</footer>', `</footer>${body}`);
  const linked = (json: object) => `<script type="application/ld+json">${JSON.stringify(json)}</script>`;
  const day = '2026-11-03T09:30:00.000Z';

  test.each([
    ['a meta element', withHead('<meta property="article:published_time" content="2026-11-03T10:30:00+01:00">')],
    ['JSON-LD', withHead(linked({ '@type': 'Article', datePublished: '2026-11-03T09:30Z' }))],
    [
      'a graph of JSON-LD',
      withHead(linked({ '@graph': [{ '@type': 'Thing' }, { datePublished: '2026-11-03T09:30Z' }] })),
    ],
    ['its only time element', withHead('', '<time datetime="2026-11-03T09:30:00Z">last week</time>')],
    [
      'a time element marked among others',
      withHead(
        '',
        '<time datetime="2026-11-04">x</time><time itemprop="datePublished" datetime="2026-11-03T09:30Z">y</time>',
      ),
    ],
  ])('is told by %s', (_, html) => {
    expect(parseHtml(html).publishedAt).toBe(day);
  });

  test.each([
    ['an impossible day', withHead('<meta property="article:published_time" content="2026-13-40">')],
    ['a placeholder', withHead('<meta property="article:published_time" content="1970-01-01T00:00:00Z">')],
    ['an unmarked time far ahead', withHead('', '<time datetime="2026-11-13">x</time>')],
    ['broken JSON-LD', withHead('<script type="application/ld+json">{"datePublished": "2026-11-03"</script>')],
    ['two unmarked times', withHead('', '<time datetime="2026-11-04">x</time><time datetime="2026-11-03">y</time>')],
  ])('is not told by %s', (_, html) => {
    expect(parseHtml(html).publishedAt).toBeNull();
  });

  test('is told with its line, a day ahead included', () => {
    const parsed = parseHtml(withHead(`\n${linked({ datePublished: '2026-11-13' })}`));
    expect(parsed).toMatchObject({ publishedAt: '2026-11-13T00:00:00.000Z', publishedLine: 4 });
  });

  test('is told by its visible lines before what it tells machines', () => {
    const html = withHead(
      '<meta property="article:published_time" content="2026-11-05"><link rel="canonical" href="https://example.com/b">',
    );
    const lines =
      '<p>AI tool comparison</p><p>Published <time>November 3, 2026</time></p><p>URL: https://example.com/a</p>';
    expect(parseHtml(edit(html, '<p>AI tool comparison</p>', lines))).toMatchObject({
      publishedAt: '2026-11-03T00:00:00.000Z',
      url: 'https://example.com/a',
    });
  });

  test.each([
    ['https://example.com/compare/a#top', null, 'https://example.com/compare/a'],
    ['/compare/a', 'https://example.com/x?y', 'https://example.com/compare/a'],
    ['/compare/a', null, null],
    ['https://example.com/', 'https://example.com/compare/a', null],
    ['http://localhost:3000/compare/a', null, null],
    ['http://10.0.0.1/compare/a', null, null],
    ['javascript:alert(1)', null, null],
  ])('canonical %s on a page from %s is %s', (href, address, url) => {
    expect(parseHtml(withHead(`<link rel="canonical" href="${href}">`), address).url).toBe(url);
  });
});

describe('a page that is not to be read', () => {
  test('names the line of the HTML it fails on', () => {
    const html = edit(article(labelledText), '>81/100', '>181/100');
    const line = html.slice(0, html.indexOf('181/100')).split('\n').length;
    expect(read(html)).toMatchObject({ refused: 'not-understood', line, sentence: expect.stringContaining('181/100') });
  });

  test('made by scripts alone says so', () => {
    const html = '<!doctype html><body><div id="root"></div><script src="/app.js"></script></body>';
    expect(read(html)).toMatchObject({ refused: 'no-comparison', sentence: expect.stringMatching(/scripts make it/) });
  });

  test('cut off is refused', () => {
    expect(read(article(labelledText).slice(0, -600))).toMatchObject({ refused: 'cut-off' });
  });

  test('nested to the limit is read, and one deeper refused', () => {
    const nested = (depth: number) => '<div>'.repeat(depth) + inBoxes(unlabelledText);
    // The body and a line's own box are elements too.
    expect(read(nested(htmlDepthLimit - 2))).toHaveProperty('page');
    expect(read(nested(htmlDepthLimit - 1))).toMatchObject({ refused: 'too-long' });
    expect(read('<div>'.repeat(htmlOpenLimit + 1))).toMatchObject({ refused: 'too-long' });
  });

  test('with more tags than the limit is refused', () => {
    expect(read('<br>'.repeat(htmlTagsLimit + 1))).toMatchObject({
      sentence: `line 1: a page may have ${htmlTagsLimit} tags, not more`,
    });
    expect(read('<br>'.repeat(htmlTagsLimit))).toMatchObject({ refused: 'no-comparison' });
  });
});
