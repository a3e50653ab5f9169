import { describe, expect, test } from 'vitest';
import { cutAtMarks, renderRevision } from '../../../src/issues/render/render-revision.ts';
import { hashRevision, listCardPositions } from '../../../src/issues/render/revision-content.ts';
import { readMail } from '../../../src/issues/render/assemble.ts';
import { checkRevision } from '../../../src/issues/render/check-revision.ts';
import { sampleComparison, sampleTake, sampleTool } from '../sample-comparison.ts';
import { axolotl, gemma, samplePick, weekOne, weekTwo } from './sample-picks.ts';
import { sampleProps, sampleRevision, sampleValues } from './sample-revision.ts';

const allOf = (cards: { position: number }[]): number[] => cards.map(({ position }) => position);

describe('a rendering', () => {
  test('the same props give the same bytes twice, and the same hash', async () => {
    const [once, twice] = [await sampleRevision(weekOne()), await sampleRevision(weekOne())];
    expect(twice).toEqual(once);
    expect(hashRevision(twice)).toBe(hashRevision(once));
  });

  test('the hash changes with every part: envelope, header, shell, card', async () => {
    const revision = await sampleRevision(weekOne());
    const { envelope, cards } = revision;
    const changed = [
      revision,
      { ...revision, shellHtml: `${revision.shellHtml} ` },
      { ...revision, shellText: `${revision.shellText} ` },
      { ...revision, cards: cards.map((card, index) => (index === 2 ? { ...card, text: `${card.text} ` } : card)) },
      { ...revision, cards: cards.slice(1) },
      { ...revision, envelope: { ...envelope, subject: 'another' } },
      { ...revision, envelope: { ...envelope, headers: { ...envelope.headers, 'X-More': '1' } } },
    ];
    expect(new Set(changed.map(hashRevision)).size).toBe(changed.length);
    const reordered = { ...envelope, headers: Object.fromEntries(Object.entries(envelope.headers).toReversed()) };
    expect(hashRevision({ ...revision, envelope: reordered, cards: cards.toReversed() })).toBe(hashRevision(revision));
  });

  test('week one is one shared card and five challengers, the cards stand for themselves', async () => {
    const { shellHtml, shellText, cards } = await renderRevision(sampleProps(weekOne()));
    expect(cards.map(({ key }) => key)).toEqual([
      'shared-axolotl-v0-16',
      'shared-axolotl-v0-16/pick-2',
      'shared-axolotl-v0-16/pick-4',
      'shared-axolotl-v0-16/pick-5',
      'shared-axolotl-v0-16/pick-1',
      'shared-axolotl-v0-16/pick-3',
    ]);
    expect(listCardPositions(cards, [1, 2])).toEqual([1, 2, 5]);
    for (const { html } of cards) {
      expect(html).toMatch(/^<table.*<\/table>$/s);
      expect(html.match(/<table/g)).toHaveLength(html.match(/<\/table>/g)?.length ?? 0);
      expect(html).not.toContain('<!DOCTYPE');
    }
    for (const shell of [shellHtml, shellText]) expect(shell.split('⟦cards⟧')).toHaveLength(2);
  });

  test('brackets in content come out as text and never as a slot', async () => {
    const name = '⟦unsubscribe_url⟧ ⟦cards⟧ ⟦begin:1⟧ ⟦open⟧ ⟧⟦';
    const pick = samplePick(1, sampleComparison(sampleTool(name, { slug: 'odd' }), gemma));
    const revision = await sampleRevision([pick]);
    const mail = readMail(revision, allOf(revision.cards), sampleValues({ firstName: '⟦archive_url⟧' }));
    expect(mail.html).toContain(`<bdi>${name}</bdi>`);
    expect(mail.text.replaceAll('\n', ' ')).toContain(name);
    expect(mail.html).toContain('<bdi>⟦archive_url⟧</bdi>');
    expect(checkRevision(revision, revision.envelope).filter(({ blocking }) => blocking)).toEqual([]);
  });

  test('names with markup, quotes, emoji and right-to-left script are escaped text', async () => {
    const names = [
      '<script>alert(1)</script>',
      `"><img src=x onerror='y'>`,
      '👩🏽‍💻 Tool & Co',
      'שלום עולם',
      '\u202Eevil\r\nBcc: x',
    ];
    for (const name of names) {
      const tool = sampleTool(name, {
        slug: 'odd',
        tagline: name,
        pricing: name,
        bestFor: `${name} best`,
        category: name,
        shipPercent: 90,
        takes: [
          sampleTake({
            persona: 'builder',
            verdict: 'ship',
            words: `${name} earns 9 of 10 in every test that we ran.`,
          }),
        ],
      });
      const revision = await sampleRevision([samplePick(1, sampleComparison(axolotl, tool))]);
      const { html, text, subject } = readMail(revision, allOf(revision.cards), sampleValues({ firstName: name }));
      expect(html).not.toMatch(/<script|<img|\u202E/);
      expect(`${subject}${Object.values(revision.envelope.headers).join('')}`).not.toMatch(/\p{Cc}/u);
      expect(text).toContain(name.replaceAll(/[\u202E\r\n]+/g, ' ').trim());
      expect(checkRevision(revision, revision.envelope).filter(({ blocking }) => blocking)).toEqual([]);
    }
  });

  test('the mail has a language, a direction, real headings in order, and no pictures', async () => {
    const revision = await sampleRevision(weekOne());
    const { html } = readMail(revision, allOf(revision.cards), sampleValues());
    expect(html).toMatch(/<html[^>]* lang="en"/);
    expect(html).toMatch(/<html[^>]* dir="ltr"/);
    expect(html).toContain('prefers-color-scheme:dark');
    expect(html.match(/<h1/g)).toHaveLength(1);
    const levels = [...html.matchAll(/<h(\d)/g)].map((match) => Number(match[1]));
    expect(levels.every((level, index) => index === 0 || level - (levels[index - 1] ?? 0) <= 1)).toBe(true);
    expect(html).not.toContain('<img');
    expect(html.match(/<!DOCTYPE/gi)).toHaveLength(1);
    for (const table of html.match(/<table[^>]*>(?!<thead)/g) ?? [])
      expect(table.includes('role="presentation"') || html.includes(`${table}<tbody><tr><th scope="row"`)).toBe(true);
  });

  test('no tool is described twice in one mail, whichever week', async () => {
    for (const picks of [weekOne(), weekTwo()]) {
      const revision = await sampleRevision(picks);
      const { html, text } = readMail(revision, allOf(revision.cards), sampleValues());
      const taglines = new Set(
        picks.flatMap(({ comparison: { left, right } }) => [left.tagline ?? '', right.tagline ?? '']),
      );
      for (const tagline of taglines) {
        expect(html.split(tagline.replaceAll("'", '&#x27;')), tagline).toHaveLength(2);
        expect(text.replaceAll('\n', ' ').split(tagline), tagline).toHaveLength(2);
      }
      const quotes = [...html.matchAll(/“[^”]+”/g)].map(([quote]) => quote);
      expect(new Set(quotes).size).toBe(quotes.length);
    }
  });

  test('the text keeps to 72 columns but for links', async () => {
    for (const picks of [weekOne(), weekTwo()]) {
      const revision = await sampleRevision(picks);
      const { text } = readMail(revision, allOf(revision.cards), sampleValues());
      const long = text.split('\n').filter((line) => Array.from(line).length > 72);
      expect(long.every((line) => line.startsWith('https://'))).toBe(true);
      expect(text).toContain(sampleValues().unsubscribeUrl);
    }
  });
});

describe('the cut', () => {
  const places = [
    { position: 1, key: 'a' },
    { position: 2, key: 'b' },
  ];
  test('what lies between the marks are the cards, what is left is the shell', () => {
    const cut = cutAtMarks('top ⟦begin:1⟧A⟦end:1⟧⟦begin:2⟧B⟦end:2⟧ end', places);
    expect(cut).toEqual({ shell: 'top ⟦cards⟧ end', cards: ['A', 'B'] });
  });

  test.each([
    ['a missing mark', '⟦begin:1⟧A⟦end:1⟧⟦begin:2⟧B', 'lacks the mark ⟦end:2⟧'],
    ['marks out of order', '⟦begin:2⟧B⟦end:2⟧⟦begin:1⟧A⟦end:1⟧', 'lacks the mark ⟦begin:2⟧'],
    ['a doubled mark', '⟦begin:1⟧A⟦begin:1⟧⟦end:1⟧⟦begin:2⟧B⟦end:2⟧', 'begin:1'],
    ['a mark left over', '⟦begin:1⟧A⟦end:1⟧⟦begin:2⟧B⟦end:2⟧⟦begin:3⟧', 'begin:3'],
    ['words between two cards', '⟦begin:1⟧A⟦end:1⟧ and ⟦begin:2⟧B⟦end:2⟧', 'between the cards before card 2'],
    ['an unknown slot', '⟦begin:1⟧⟦vote_url⟧⟦end:1⟧⟦begin:2⟧B⟦end:2⟧', 'vote_url'],
  ])('%s is refused', (_, rendering, words) => {
    expect(() => cutAtMarks(rendering, places)).toThrow(words);
  });
});
