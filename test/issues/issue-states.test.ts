import { describe, expect, test } from 'vitest';
import type { IssueState } from '../../src/issues/issue.ts';
import { canBecome, isOpen } from '../../src/issues/issue-states.ts';

const states: IssueState[] = ['draft', 'approved', 'sending', 'paused', 'sent', 'skipped', 'cancelled'];
const allowed = new Set([
  'draft approved',
  'draft skipped',
  'draft cancelled',
  'approved draft',
  'approved sending',
  'approved skipped',
  'approved cancelled',
  'sending paused',
  'sending sent',
  'sending cancelled',
  'paused sending',
  'paused sent',
  'paused cancelled',
]);

describe.each(states)('from %s', (from) => {
  test.each(states)('to %s', (to) => {
    expect(canBecome(from, to)).toBe(allowed.has(`${from} ${to}`));
  });
});

test('what is sent, skipped or cancelled is over: it leads nowhere and is not open', () => {
  const over = states.filter((from) => states.every((to) => !canBecome(from, to)));
  expect(over).toEqual(['sent', 'skipped', 'cancelled']);
  expect(states.filter((state) => !isOpen(state))).toEqual(over);
});
