import { describe, expect, test } from 'vitest';
import { edit, labelledText, parsePage, unlabelledText } from './fixture-pages.ts';
import { resolveComparison, type Statement } from '../../src/comparisons/resolve-comparison.ts';
import { pairSlugOf } from '../../src/comparisons/slug.ts';

function stated(text: string, day: number, importedOrder = String(day)): Statement {
  const { page } = parsePage(text);
  return {
    slug: pairSlugOf(page.left.slug, page.right.slug),
    page,
    statedAt: new Date(Date.UTC(2026, 10, day)),
    importedOrder,
  };
}

const reversed = 'Gull vs Harbor 2.1';
const thirdText = unlabelledText
  .replaceAll('Tern (7B)', 'Gull')
  .replaceAll('Nobody will pay for 7B', 'Nobody will pay for gulls');

describe('labels', () => {
  test.each([
    ['older', 1],
    ['newer', 9],
  ])('a take without labels takes them from the same words on an %s page', (_, day) => {
    const { left, right } = resolveComparison(stated(unlabelledText, 5), [stated(labelledText, day)]);
    expect(left.takes.map(({ persona, score, verdict }) => [persona, score, verdict])).toEqual([
      ['builder', 81, 'ship'],
      ['skeptic', 70, 'ship'],
      ['creator', 35, 'skip'],
      ['founder', 88, 'ship'],
    ]);
    expect(
      right.takes.every(({ persona, score, verdict }) => persona === null && score === null && verdict === null),
    ).toBe(true);
  });

  test('the same words of another tool give no label', () => {
    const other = labelledText.replaceAll('Harbor 2.1', 'Harbour 2.1');
    expect(resolveComparison(stated(unlabelledText, 5), [stated(other, 1)]).left.takes[0]?.persona).toBeNull();
  });

  test("line breaks in the words do not matter, and the words stay the page's own", () => {
    const curly = unlabelledText.replace('what was wrong. I stopped', 'what\nwas wrong. I stopped');
    const { left } = resolveComparison(stated(curly, 5), [stated(labelledText, 1)]);
    expect(left.takes[0]?.persona).toBe('builder');
    expect(left.takes[0]?.words).toContain('what\nwas wrong');
  });

  test('the newest labels count, and a labelled take keeps its own', () => {
    const edited = edit(labelledText, '81/100 · ship', '60/100 · skip').replaceAll('Quillpad', 'Inkwell');
    const { left } = resolveComparison(stated(unlabelledText, 1), [stated(labelledText, 2), stated(edited, 3)]);
    expect(left.takes[0]).toMatchObject({ score: 60, verdict: 'skip' });
    expect(resolveComparison(stated(labelledText, 2), [stated(edited, 3)]).left.takes[0]).toMatchObject({ score: 81 });
  });
});

describe('facts two pages state otherwise', () => {
  const edited = edit(thirdText, 'Puts a model behind a port in one command', 'One command, one port').replace(
    'Paid',
    'Free',
  );

  test('the newer page counts on the older one', () => {
    const { left } = resolveComparison(stated(labelledText, 1), [stated(edited, 2)]);
    expect(left).toMatchObject({ tagline: 'One command, one port', entry: 'free', pricing: '$12 a month' });
  });

  test('the older page does not count on the newer one', () => {
    const { left } = resolveComparison(stated(labelledText, 3), [stated(edited, 2)]);
    expect(left).toMatchObject({ tagline: 'Puts a model behind a port in one command', entry: 'paid' });
  });

  test('of two pages of the same moment the one imported later counts', () => {
    const [own, other] = [stated(labelledText, 1, 'b'), stated(edited, 1, 'c')];
    expect(resolveComparison(own, [other]).left.entry).toBe('free');
    expect(resolveComparison(other, [own]).left.entry).toBe('free');
  });

  test('of three pages the newest that states the fact counts', () => {
    const silent = edit(thirdText.replaceAll('Gull', 'Auk'), 'Puts a model behind a port in one command\n', '');
    const { left } = resolveComparison(stated(unlabelledText, 1), [stated(edited, 2), stated(silent, 3)]);
    expect(left.tagline).toBe('One command, one port');
    expect(left.entry).toBe('paid');
  });

  test('what a page does not state stays null', () => {
    const { left } = resolveComparison(stated(unlabelledText, 1), [stated(labelledText, 2)]);
    expect(left).toMatchObject({ pricing: null, bestFor: null, panel: null, community: null });
  });

  test('a newer version of the same comparison does not count', () => {
    const own = stated(labelledText, 1);
    const later = stated(edit(labelledText, 'Paid', 'Free'), 2);
    expect(resolveComparison(own, [later]).left.entry).toBe('paid');
  });

  test('the tool may stand on the other side of the other page', () => {
    const lines = edited.split('\n');
    const at = lines.indexOf('Models');
    const flipped = [lines[0], reversed, lines[2], ...lines.slice(at, at + 10), ...lines.slice(3, at)].join('\n');
    const text = `${flipped}\nReviewer scorecard\nWeekly AI Tool Verdicts\nGet the next comparison in your inbox`;
    expect(resolveComparison(stated(labelledText, 1), [stated(text, 2)]).left.entry).toBe('free');
  });
});
