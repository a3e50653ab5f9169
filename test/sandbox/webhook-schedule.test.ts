import { expect, it } from 'vitest';
import { nextAttemptAt } from '../../src/sandbox/webhook-schedule.ts';

it('a webhook is tried eight times over 27 hours and 35 minutes, then given up', () => {
  const start = new Date('2026-11-21T00:00:00Z');
  const waits = [1, 2, 3, 4, 5, 6, 7, 8].map((failed) => {
    const next = nextAttemptAt(failed, start);
    return next === null ? null : (next.getTime() - start.getTime()) / 1000;
  });
  expect(waits).toEqual([5, 300, 1800, 7200, 18_000, 36_000, 36_000, null]);
  const minutes = waits.reduce<number>((sum, seconds) => sum + (seconds ?? 0), 0) / 60;
  expect(Math.floor(minutes)).toBe(27 * 60 + 35);
});
