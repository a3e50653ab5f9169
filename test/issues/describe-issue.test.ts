import { expect, test } from 'vitest';
import { describeIssue, describeIssues, detailIssue, summariseIssue } from '../../src/issues/describe-issue.ts';
import type { IssuePick } from '../../src/issues/list-picks.ts';
import type { Issue } from '../../src/issues/queries.ts';
import { sampleComparison, sampleTool } from './sample-comparison.ts';

const issue: Issue = {
  id: '00000000-0000-4000-8000-000000000001',
  number: 3,
  state: 'draft',
  stateReason: null,
  sendAt: new Date('2026-11-24T09:00:00Z'),
  subject: 'Axolotl or Gemma',
  preheader: 'Two tools.',
  intro: null,
  composedAt: new Date('2026-11-23T09:00:00Z'),
  composedBy: 'schedule',
  approvedAt: null,
  revisionId: null,
  frozenAt: null,
  providerIdentity: null,
  subscribersCount: null,
  ineligible: null,
  resumedAt: null,
  sentAt: null,
  endedAt: null,
  canaryState: null,
  canaryPercent: null,
  canaryCount: null,
  canaryUntil: null,
  guardTrippedAt: null,
  guardBaseline: null,
};

const pick: IssuePick = {
  position: 1,
  comparisonId: 'comparison',
  versionId: 'version',
  version: 2,
  score: 61.07,
  reasons: [
    { part: 'freshness', points: 38.57, sentence: 'published 1 day ago' },
    { part: 'votes', points: 0, sentence: 'no community votes yet' },
  ],
  comparison: sampleComparison(sampleTool('Axolotl'), sampleTool('Gemma')),
};

test('an issue is described with its state, send time, subject, and why each pick is in it', () => {
  expect(describeIssue(issue, [pick])).toBe(
    [
      'Issue 3: draft',
      '  send time  2026-11-24 09:00 UTC',
      '  subject    Axolotl or Gemma',
      '  preheader  Two tools.',
      '',
      '   1. Axolotl vs Gemma  (61.1)',
      '      38.6  published 1 day ago',
      '       0.0  no community votes yet',
      '',
    ].join('\n'),
  );
});

test('the reason of a state is told, and how an issue without a send time is sent', () => {
  const skipped: Issue = { ...issue, number: null, state: 'skipped', stateReason: 'Too few picks.', sendAt: null };
  expect(describeIssue(skipped, [])).toMatch(
    /^Issue without a number: skipped \(Too few picks\.\)\n {2}send time {2}none\n/,
  );
  expect(describeIssue({ ...issue, sendAt: null }, [])).toContain('none; `issue send 3` sends it');
});

test('the list has one line for each issue, and says what to do when there is none', () => {
  expect(describeIssues([issue, { ...issue, number: null, state: 'cancelled', sendAt: null }])).toBe(
    '   3  draft      2026-11-24 09:00 UTC  Axolotl or Gemma\n   -  cancelled  2026-11-23 09:00 UTC  Axolotl or Gemma\n',
  );
  expect(describeIssues([])).toMatch(/issue compose/);
});

test('as JSON an issue has its facts with times in UTC, and each pick its slug, version and reasons', () => {
  expect(summariseIssue(issue)).toEqual({
    number: 3,
    state: 'draft',
    reason: null,
    sendAt: '2026-11-24T09:00:00.000Z',
    subject: 'Axolotl or Gemma',
    preheader: 'Two tools.',
    composedAt: '2026-11-23T09:00:00.000Z',
    composedBy: 'schedule',
    approvedAt: null,
    frozenAt: null,
    sentAt: null,
    endedAt: null,
  });
  expect(detailIssue(issue, [pick]).picks).toEqual([
    {
      position: 1,
      slug: 'axolotl-vs-gemma',
      title: 'Axolotl vs Gemma',
      version: 2,
      score: 61.07,
      reasons: pick.reasons,
    },
  ]);
});
