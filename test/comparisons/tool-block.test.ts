import { describe, expect, test } from 'vitest';
import { edit, labelledText, lineOf, parsePage, refusePage, unlabelledText } from './fixture-pages.ts';

describe("a tool's own lines", () => {
  test.each([
    ['category', 'Models\n', { category: null, tagline: 'A small model with a long memory' }],
    ['tagline', 'A small model with a long memory\n', { category: 'Models', tagline: null, shipPercent: 100 }],
    ['description', 'Tern reads a whole book and remembers the middle of it.\n', { description: null }],
  ])('without its %s it stays null', (_, part, facts) => {
    expect(parsePage(edit(unlabelledText, part, '')).page.right).toMatchObject(facts);
  });

  test('without the left description and category the right category stays', () => {
    const text = edit(
      edit(unlabelledText, 'Deployment\n', ''),
      parsePage(unlabelledText).page.left.description + '\n',
      '',
    );
    const { left, right } = parsePage(text).page;
    expect([left.category, left.description, right.category]).toEqual([null, null, 'Models']);
  });
});

describe('the figures of a tool', () => {
  test.each(['—', 'No panel take', 'No panel verdict yet'])('a share of "%s" is null', (mark) => {
    expect(parsePage(edit(unlabelledText, '100%', mark)).page.right.shipPercent).toBeNull();
  });

  test.each(['101%', '-5%', '75', '7,5%'])('a share of %s is refused with its line', (share) => {
    expect(refusePage(edit(unlabelledText, '100%', share))).toMatchObject({
      refused: 'not-understood',
      line: lineOf(unlabelledText, '100%'),
    });
  });

  test('a share in words is refused and never taken for a tagline', () => {
    expect(refusePage(edit(unlabelledText, '100%', 'nearly all')).line).toBeLessThan(16);
  });

  test('an entry of — is null, any other word is refused with its line', () => {
    const line = lineOf(unlabelledText, 'Free');
    expect(parsePage(edit(unlabelledText, 'Free', '—')).page.right.entry).toBeNull();
    expect(parsePage(edit(unlabelledText, 'Free\n', '')).page.right.entry).toBeNull();
    expect(refusePage(edit(unlabelledText, 'Free', 'Freemium'))).toMatchObject({ refused: 'not-understood', line });
    expect(refusePage(edit(unlabelledText, 'Free', 'Freemium')).sentence).toMatch(
      new RegExp(`^line ${line}: .*Freemium`),
    );
  });

  test('a community figure above its label counts, one not understood is refused', () => {
    const community = 'Panel ship\n—\nCommunity\nFree';
    const parsed = parsePage(edit(unlabelledText, community, 'Panel ship\n62%\nCommunity\nFree'));
    expect(parsed.page.right.community).toEqual({ shipPercent: 62, votes: null });
    const wrong = edit(unlabelledText, community, 'Panel ship\nmany\nCommunity\nFree');
    expect(refusePage(wrong)).toMatchObject({ refused: 'not-understood', line: 19 });
  });
});

describe('a page with a line of its frame missing', () => {
  test.each(['Panel ship', 'Community', 'Entry'])('without a "%s" line the page is refused', (label) => {
    expect(refusePage(edit(unlabelledText, `${label}\n`, '')).line).toBeGreaterThan(1);
    expect(refusePage(edit(labelledText, `${label}\n`, '')).line).toBeGreaterThan(1);
  });

  test("without the table's first line the table does not become description", () => {
    expect(refusePage(edit(labelledText, 'Decision\n', ''))).toMatchObject({ refused: 'incomplete' });
  });

  test("without the scorecard's first line the page is refused", () => {
    expect(refusePage(edit(labelledText, 'Reviewer scorecard\n', ''))).toMatchObject({ refused: 'incomplete' });
    expect(refusePage(edit(unlabelledText, 'Reviewer scorecard\n', ''))).toMatchObject({ refused: 'incomplete' });
  });
});
