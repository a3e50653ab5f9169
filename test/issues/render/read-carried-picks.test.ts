import { describe, expect, test } from 'vitest';
import { slugOf } from '../../../src/comparisons/slug.ts';
import { readMail } from '../../../src/issues/render/assemble.ts';
import type { MailPick } from '../../../src/issues/render/group-picks.ts';
import { readCarriedNumber, readCarriedPicks } from '../../../src/issues/render/read-carried-picks.ts';
import { listCardPositions } from '../../../src/issues/render/revision-content.ts';
import { sampleComparison, sampleTool } from '../sample-comparison.ts';
import { gemma, samplePick, weekOne, weekTwo } from './sample-picks.ts';
import { sampleRevision, sampleValues } from './sample-revision.ts';

async function carriedBy(picks: MailPick[], positions = picks.map(({ position }) => position)) {
  return readCarriedPicks(await htmlOf(picks, positions));
}

async function htmlOf(picks: MailPick[], positions = picks.map(({ position }) => position)): Promise<string> {
  const revision = await sampleRevision(picks);
  return readMail(revision, listCardPositions(revision.cards, positions), sampleValues()).html;
}

const toolsOf = (pick: { leftSlug: string; rightSlug: string }): string =>
  [pick.leftSlug, pick.rightSlug].toSorted().join(' ');
const toolsIn = ({ comparison: { left, right } }: MailPick): string =>
  [slugOf(left.name), slugOf(right.name)].toSorted().join(' ');

describe('what a mail carries is read from it', () => {
  test.each([
    ['a group', weekOne()],
    ['pairs', weekTwo()],
    ['a group beside pairs', [...weekOne(), ...weekTwo()].map((pick, index) => ({ ...pick, position: index + 1 }))],
  ])('%s: every pick once, and nothing else', async (_, picks) => {
    const carried = await carriedBy(picks);
    expect(carried.map(toolsOf).toSorted()).toEqual(picks.map(toolsIn).toSorted());
  });

  test('a mail with some of the picks names those alone, though the table of a group shows all', async () => {
    const picks = weekOne();
    const some = picks.filter(({ position }) => position === 2 || position === 5);
    const carried = await carriedBy(picks, [2, 5]);
    expect(carried.map(toolsOf).toSorted()).toEqual(some.map(toolsIn).toSorted());
  });

  test('the page of a comparison where it has one, never the issue in the archive', async () => {
    const [first, second, ...rest] = weekTwo().map((pick) => ({ ...pick, link: null }));
    if (first === undefined || second === undefined) throw new Error('two pairs at least');
    const link = 'https://verdicts.example.com/compare/a?b=1&c=2';
    const carried = await carriedBy([first, { ...second, link }, ...rest]);
    const linked = carried.filter((pick) => pick.link !== null);
    expect(linked.map((pick) => [toolsOf(pick), pick.link])).toEqual([[toolsIn(second), link]]);
  });

  test('names with markup, brackets and a “vs” of their own', async () => {
    const odd = sampleTool('A <bdi>B</bdi> vs ⟦C⟧ & "D"');
    const carried = await carriedBy([samplePick(1, sampleComparison(odd, gemma), { link: null })]);
    expect(carried).toEqual([{ leftSlug: slugOf(odd.name), rightSlug: slugOf(gemma.name), link: null }]);
  });

  test('another mail carries nothing', () => {
    expect(readCarriedPicks('<h2>Your order</h2><p>A vs B</p><h3><bdi>A</bdi></h3>')).toEqual([]);
    expect(readCarriedPicks('')).toEqual([]);
  });
});

test('the number of the issue is read from it; where there is none, none', async () => {
  expect(readCarriedNumber(await htmlOf(weekOne()))).toBe(1);
  expect(readCarriedNumber('<p>Issue 7 came to you because you confirmed</p>')).toBeNull();
});
