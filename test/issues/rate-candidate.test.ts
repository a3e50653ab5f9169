import type { Take } from '../../src/comparisons/comparison.ts';
import { describe, expect, test } from 'vitest';
import {
  candidateDaysLimit,
  rateFeatured,
  rateFreshness,
  rateSplit,
  rateTopic,
  rateVotes,
} from '../../src/issues/rate-candidate.ts';
import { sampleTake, sampleTool } from './sample-comparison.ts';

const now = new Date('2026-11-24T09:00:00Z');
const ago = (days: number): Date => new Date(now.getTime() - days * 86_400_000);
const short = ({ points, sentence }: { points: number; sentence: string }): string => `${points}: ${sentence}`;

const verdicts = (ship: number, skip: number): Take[] => [
  ...Array.from({ length: ship }, () => sampleTake({ verdict: 'ship' })),
  ...Array.from({ length: skip }, () => sampleTake({ verdict: 'skip' })),
];
const last = (days: number | null) => (days === null ? null : { issueNumber: 4, featuredAt: ago(days) });

test.each([
  [{ newAt: ago(0), isPublished: true }, '40: published today'],
  [{ newAt: ago(1), isPublished: true }, '38.57: published 1 day ago'],
  [{ newAt: ago(2), isPublished: true }, '37.14: published 2 days ago'],
  [{ newAt: ago(14), isPublished: false }, '20: imported 14 days ago'],
  [{ newAt: ago(candidateDaysLimit), isPublished: true }, '0: published 28 days ago'],
  [{ newAt: ago(-1), isPublished: false }, '40: imported today'],
])('freshness %#', (page, expected) => {
  expect(short(rateFreshness({ ...page, now }))).toBe(expected);
});

describe('how split the panel is', () => {
  const axolotl = sampleTool('Axolotl', { panel: { ship: 3, skip: 1 } });
  test.each([
    [
      'both panels alike',
      sampleTool('Gemma', { panel: { ship: 3, skip: 1 } }),
      '12.5: the panel is split 3 to 1 on Axolotl and Gemma',
    ],
    [
      'counts go before the share',
      sampleTool('Gemma', { panel: { ship: 1, skip: 3 }, shipPercent: 90 }),
      '12.5: the panel is split 3 to 1 on Axolotl and Gemma',
    ],
    [
      'the other agrees',
      sampleTool('Gemma', { panel: { ship: 4, skip: 0 } }),
      '12.5: the panel is split 3 to 1 on Axolotl and agrees on Gemma',
    ],
    [
      'the other is split evenly',
      sampleTool('Gemma', { panel: { ship: 2, skip: 2 } }),
      '25: the panel is split 3 to 1 on Axolotl and is split 2 to 2 on Gemma',
    ],
    [
      'only a share is stated',
      sampleTool('Gemma', { shipPercent: 60 }),
      '20: the panel is split 3 to 1 on Axolotl and is split (60 % ship) on Gemma',
    ],
    [
      'a share of all',
      sampleTool('Gemma', { shipPercent: 100 }),
      '12.5: the panel is split 3 to 1 on Axolotl and agrees on Gemma',
    ],
    [
      'verdicts bear out the share',
      sampleTool('Gemma', { shipPercent: 75, takes: verdicts(3, 1) }),
      '12.5: the panel is split 3 to 1 on Axolotl and Gemma',
    ],
    [
      'verdicts do not bear out the share',
      sampleTool('Gemma', { shipPercent: 75, takes: verdicts(1, 0) }),
      '12.5: the panel is split 3 to 1 on Axolotl and is split (75 % ship) on Gemma',
    ],
    [
      'verdicts alone',
      sampleTool('Gemma', { takes: verdicts(2, 3) }),
      '20: the panel is split 3 to 1 on Axolotl and is split 3 to 2 on Gemma',
    ],
    [
      'a panel of nobody',
      sampleTool('Gemma', { panel: { ship: 0, skip: 0 } }),
      '12.5: the panel is split 3 to 1 on Axolotl',
    ],
  ])('%s', (_title, gemma, expected) => {
    expect(short(rateSplit([axolotl, gemma]))).toBe(expected);
  });
  test('nothing is known of either panel', () => {
    expect(short(rateSplit([sampleTool('A'), sampleTool('B')]))).toBe('0: no panel verdict yet');
  });
});

test.each([
  [null, null, '0: no community votes yet'],
  [{ shipPercent: 0, votes: 0 }, null, '0: no community votes yet'],
  [{ shipPercent: 100, votes: 1 }, null, '1.5: 1 community vote'],
  [{ shipPercent: 60, votes: 20 }, { shipPercent: 40, votes: 11 }, '7.52: 31 community votes'],
  [{ shipPercent: 60, votes: 900 }, { shipPercent: 40, votes: 900 }, '15: 1800 community votes'],
  [{ shipPercent: 60, votes: null }, null, '3: the community has voted, the page does not say how often'],
])('votes %#', (left, right, expected) => {
  const tools = [sampleTool('A', { community: left }), sampleTool('B', { community: right })];
  expect(short(rateVotes(tools))).toBe(expected);
});

test.each([
  [['Agents'], new Map<string, number>(), '10: first pick on Agents'],
  [['Agents'], new Map([['Agents', 1]]), '5: pick 2 on Agents'],
  [['Agents', 'Models'], new Map([['Agents', 2]]), '10: first pick on Models'],
  [[], new Map<string, number>(), '0: no topic stated'],
])('topics %#', (topics, counts, expected) => {
  expect(short(rateTopic(topics, counts))).toBe(expected);
});

test.each([
  [null, null, '10: first time SmolLM3 and Axolotl are featured'],
  [null, 28, '7.5: first time SmolLM3 is featured; Axolotl was last in issue 4'],
  [0, 28, '2.5: SmolLM3 was last in issue 4; Axolotl was last in issue 4'],
  [56, 400, '10: SmolLM3 was last in issue 4; Axolotl was last in issue 4'],
])('featured %#', (left, right, expected) => {
  const tools = [
    { name: 'SmolLM3', last: last(left) },
    { name: 'Axolotl', last: last(right) },
  ];
  expect(short(rateFeatured(tools, now))).toBe(expected);
});
