import { describe, expect, test } from 'vitest';
import { edit, labelledText, lineOf, parsePage, refusePage, unlabelledText } from './fixture-pages.ts';
import { pageBytesLimit, parseComparisonPage } from '../../src/comparisons/parse-page.ts';
import { nameLengthLimit } from '../../src/comparisons/tool-names.ts';

describe('a labelled page', () => {
  const { page } = parsePage(labelledText);

  test('gives every fact of the left tool', () => {
    const { takes, ...facts } = page.left;
    expect(facts).toEqual({
      name: 'Harbor 2.1',
      slug: 'harbor-2-1',
      category: 'Deployment',
      tagline: 'Puts a model behind a port in one command',
      description:
        'Harbor packs a model and its server into one file. It starts on a laptop and on a rack alike.\n\nThe second half of the release is about logs: they are now readable.',
      entry: 'paid',
      pricing: '$12 a month',
      bestFor: 'People who deploy on Fridays',
      shipPercent: 75,
      panel: { ship: 3, skip: 1 },
      community: { shipPercent: 62, votes: 124 },
    });
    expect(takes.map(({ persona, score, verdict }) => [persona, score, verdict])).toEqual([
      ['builder', 81, 'ship'],
      ['skeptic', 70, 'ship'],
      ['creator', 35, 'skip'],
      ['founder', 88, 'ship'],
    ]);
  });
});

describe('a labelled page with gaps', () => {
  const { page } = parsePage(labelledText);

  test('leaves null what it does not say of the right tool', () => {
    const { takes, ...facts } = page.right;
    expect(facts).toMatchObject({
      category: 'Writing',
      entry: 'free',
      pricing: null,
      shipPercent: 33,
      community: null,
    });
    expect(facts.panel).toEqual({ ship: 1, skip: 2 });
    expect(takes.map(({ persona }) => persona)).toEqual(['builder', 'futurist', 'creator']);
    expect(takes[0]?.words).toBe('It drafts well and exports badly.\n\nI would need an API before I build on it.');
  });

  test('remembers the line each take begins on', () => {
    const { takeLines } = parsePage(labelledText);
    expect(takeLines.left[0]).toBe(lineOf(labelledText, '81/100 · ship'));
    expect(takeLines.right).toEqual(
      ['58/100 · skip', '77/100 · ship', '40/100 · skip'].map((line) => lineOf(labelledText, line)),
    );
  });

  test('has no words of what follows the closing line', () => {
    expect(JSON.stringify(page)).not.toMatch(/naps|Bookmarks|Nothing saved|Weekly/);
  });
});

describe('an unlabelled page', () => {
  const { page } = parsePage(unlabelledText);

  test('gives the takes left and right by turns, labels null', () => {
    expect(page.left.takes.map(({ words }) => words?.slice(0, 9))).toEqual([
      'One file,',
      'The start',
      'There is ',
      'Twelve do',
    ]);
    expect(page.right.takes).toHaveLength(3);
    for (const take of [...page.left.takes, ...page.right.takes]) {
      expect(take).toMatchObject({ persona: null, score: null, verdict: null });
    }
  });

  test('keeps quotes inside a quotation and strips the outer ones only', () => {
    expect(page.right.takes[0]?.words).toMatch(/The prompt was “find the boat”, nothing more\.$/);
  });

  test('reads a quotation over two lines as one take', () => {
    expect(page.right.takes[1]?.words).toBe(
      'Long memory is a claim anybody can make.\nThis one survived my tax records.',
    );
  });

  test('states no pricing, best for, counts or community', () => {
    expect(page.left).toMatchObject({
      pricing: null,
      bestFor: null,
      panel: null,
      community: null,
      entry: 'paid',
      shipPercent: 75,
    });
    expect(page.right).toMatchObject({ category: 'Models', entry: 'free', shipPercent: 100 });
  });
});

describe('what is no page', () => {
  test.each([
    ['nothing', ''],
    ['blanks', ' \n\n \t\n'],
    ['a letter', 'Dear Anna,\ntabs vs spaces is settled.\n'],
  ])('%s is refused as no comparison', (_, text) => {
    expect(refusePage(text)).toMatchObject({ refused: 'no-comparison', line: 1 });
  });

  test('another page of the site with the closing line is refused', () => {
    expect(refusePage('Weekly AI Tool Verdicts\nGet the next comparison in your inbox\n').refused).toBe(
      'no-comparison',
    );
  });

  test('a page of one tool is refused', () => {
    const text = edit(unlabelledText, '100%\nPanel ship\n—\nCommunity\nFree\nEntry\n', '');
    expect(refusePage(text).refused).toBe('no-comparison');
  });

  test('a page at the size limit is read and one byte past it is not', () => {
    const padding = pageBytesLimit - Buffer.byteLength(unlabelledText);
    expect(parseComparisonPage(unlabelledText + 'x'.repeat(padding))).toHaveProperty('page');
    expect(refusePage(unlabelledText + 'x'.repeat(padding + 1)).refused).toBe('too-long');
  });
});

const rename = (from: string, to: string) => unlabelledText.replaceAll(from, () => to);

describe('names', () => {
  test.each([
    '<b>Bold</b> & "Co"',
    '<script>alert(1)</script>',
    'שלום',
    'C++ 🚀',
    '$& $1',
    'Entry',
    'Community',
    'Decision',
    'T',
  ])('%s is a name as it stands', (name) => {
    expect(parsePage(rename('Tern (7B)', name)).page.right.name).toBe(name);
    expect(parsePage(rename('Harbor 2.1', name)).page.left.name).toBe(name);
  });

  test('a name may hold " vs " on either side', () => {
    expect(parsePage(rename('Harbor 2.1', 'Cat vs Dog')).page.left.name).toBe('Cat vs Dog');
    expect(parsePage(rename('Tern (7B)', 'Cat vs Dog')).page.right.name).toBe('Cat vs Dog');
    expect(parsePage(rename('Tern (7B)', 'a vs b').replaceAll('Harbor 2.1', 'b vs a')).page.title).toBe(
      'b vs a vs a vs b',
    );
  });

  test('a letter as picture above a name of that one letter is no name', () => {
    const text = labelledText.replaceAll('Quillpad', 'Q');
    expect(parsePage(text).page.right).toMatchObject({ name: 'Q', category: 'Writing', shipPercent: 33 });
  });
});

describe('names refused', () => {
  test('a title that fits two pairs of names is refused', () => {
    const left = edit(
      rename('Harbor 2.1', 'Cat vs Dog'),
      'Cat vs Dog\nPuts a model behind a port in one command',
      'Cat vs Dog\nCat',
    );
    const both = edit(left, 'Tern (7B)\nA small model with a long memory', 'Dog vs Tern (7B)\nTern (7B)');
    expect(refusePage(both)).toMatchObject({ refused: 'ambiguous', line: 2 });
  });

  test('a title whose names stand nowhere is refused with its line', () => {
    const text = edit(unlabelledText, 'Harbor 2.1 vs Tern (7B)', 'Harbor 2.2 vs Tern (7B)');
    expect(refusePage(text)).toMatchObject({ line: 2, refused: 'incomplete' });
  });

  test('two names with one key are refused', () => {
    expect(refusePage(rename('Tern (7B)', 'harbor 2-1'))).toMatchObject({ refused: 'same-tool', line: 2 });
  });

  test('a name at the limit is read and one past it is not', () => {
    expect(parsePage(rename('Tern (7B)', 'n'.repeat(nameLengthLimit))).page.right.name).toHaveLength(nameLengthLimit);
    expect(refusePage(rename('Tern (7B)', 'n'.repeat(nameLengthLimit + 1))).refused).toBe('too-long');
  });
});
