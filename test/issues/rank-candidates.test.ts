import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { rankCandidates, type Candidate, type RankedPick } from '../../src/issues/rank-candidates.ts';
import { mostPoints } from '../../src/issues/rate-candidate.ts';
import { sampleComparison, sampleTool } from './sample-comparison.ts';

const now = new Date('2026-11-24T09:00:00Z');

interface Facts {
  days: number;
  category: string | null;
  ship: number;
  votes: number | null;
}

function candidate(name: string, facts: Partial<Facts> = {}): Candidate {
  const { days = 1, category = 'Models', ship = 4, votes = null } = facts;
  const newAt = new Date(now.getTime() - days * 86_400_000);
  const community = votes === null ? null : { shipPercent: 50, votes };
  const right = sampleTool(name, { category, panel: { ship, skip: 4 - ship }, community });
  const comparison = sampleComparison(sampleTool('Axolotl', { category }), right, { publishedAt: newAt });
  return { comparisonId: `comparison-${name}`, versionId: `version-${name}`, comparison, newAt };
}

function names(candidates: Candidate[], picksCount = 7): string[] {
  const picks = rankCandidates({ candidates, lastFeatured: new Map(), now, picksCount });
  return picks.map((pick) => pick.candidate.comparison.right.name);
}

function rank(candidates: Candidate[]): RankedPick[] {
  return rankCandidates({ candidates, lastFeatured: new Map(), now, picksCount: 7 });
}

test('fresh, split, voted for and never featured goes before stale, unanimous and unvoted', () => {
  expect(names([candidate('Stale', { days: 20 }), candidate('Fresh')])).toEqual(['Fresh', 'Stale']);
  expect(names([candidate('Agreed'), candidate('Split', { ship: 2 })])).toEqual(['Split', 'Agreed']);
  expect(names([candidate('Quiet'), candidate('Loud', { votes: 300 })])).toEqual(['Loud', 'Quiet']);
  const lastFeatured = new Map([['known', { issueNumber: 1, featuredAt: now }]]);
  const picks = rankCandidates({
    candidates: [candidate('Known'), candidate('New')],
    lastFeatured,
    now,
    picksCount: 1,
  });
  expect(picks[0]?.candidate.comparison.right.name).toBe('New');
});

test('a second topic goes before the third pick on the first', () => {
  const models = ['A', 'B', 'C'].map((name) => candidate(name));
  expect(names([...models, candidate('Z', { category: 'Agents', days: 3 })])).toEqual(['A', 'Z', 'B', 'C']);
});

test('equal scores go by slug', () => {
  expect(names([candidate('C'), candidate('A'), candidate('B')])).toEqual(['A', 'B', 'C']);
});

test('as many as the schedule wants and not one more', () => {
  const eight = 'ABCDEFGH'.split('').map((name) => candidate(name));
  expect(names(eight, 7)).toHaveLength(7);
  expect(names(eight, 8)).toHaveLength(8);
  expect(names(eight, 9)).toHaveLength(8);
  expect(names([], 7)).toEqual([]);
});

test('every pick says why, once for each part, and the points add up to its score', () => {
  const [pick] = rankCandidates({
    candidates: [candidate('A', { ship: 3 })],
    lastFeatured: new Map(),
    now,
    picksCount: 1,
  });
  expect(pick?.reasons.map((reason) => reason.part)).toEqual(['freshness', 'split', 'votes', 'topics', 'featured']);
  expect(pick?.reasons.map((reason) => reason.sentence)).toEqual([
    'published 1 day ago',
    'the panel is split 3 to 1 on A',
    'no community votes yet',
    'first pick on Models',
    'first time Axolotl and A are featured',
  ]);
  expect(pick?.score).toBeCloseTo(38.57 + 12.5 + 0 + 10 + 10, 5);
});

test('the order the candidates come in never matters, and points stay within their part', () => {
  const anyFacts = fc.record({
    days: fc.integer({ min: 0, max: 28 }),
    category: fc.constantFrom('Models', 'Agents', null),
    ship: fc.integer({ min: 0, max: 4 }),
    votes: fc.option(fc.integer({ min: 0, max: 5000 })),
  });
  const anyPool = fc.array(anyFacts, { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(anyPool, fc.infiniteStream(fc.nat()), (pool, keys) => {
      const candidates = pool.map((facts, at) => candidate(`T${at}`, facts));
      const shuffled = candidates
        .map((one) => ({ one, key: Number(keys.next().value) }))
        .sort((a, b) => a.key - b.key)
        .map(({ one }) => one);
      expect(rank(shuffled)).toEqual(rank(candidates));
      for (const { reasons } of rank(candidates)) {
        for (const { part, points } of reasons) {
          expect(points).toBeGreaterThanOrEqual(0);
          expect(points).toBeLessThanOrEqual(mostPoints[part]);
        }
      }
    }),
  );
});
