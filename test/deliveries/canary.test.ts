import { describe, expect, it } from 'vitest';
import { countCanary, defaultCanary, isReportedEnough, planCanary } from '../../src/deliveries/canary.ts';

describe('the canary', () => {
  it.each([
    ['is none below the size from which a send is large', 1_999, {}, 0],
    ['is 5 % from there on', 2_000, {}, 100],
    ['is rounded up', 2_001, {}, 101],
    ['is a single reader of the smallest share', 100, { canaryPercent: 1, canaryFromCount: 100 }, 1],
    ['is half at the most', 3_001, { canaryPercent: 50 }, 1_501],
    ['is none where it is switched off', 1_000_000, { canaryPercent: 0 }, 0],
  ])('%s', (...[, eligible, settings, count]) => {
    expect(countCanary(eligible, { ...defaultCanary, ...settings })).toBe(count);
  });

  it('is written on the issue with when the wait would end', () => {
    const now = new Date('2026-11-24T09:00:00Z');
    expect(planCanary(2_000, defaultCanary, now)).toEqual({
      canaryState: 'going',
      canaryPercent: 5,
      canaryCount: 100,
      canaryUntil: new Date('2026-11-24T09:30:00Z'),
    });
    expect(planCanary(1_999, defaultCanary, now)).toMatchObject({ canaryState: null, canaryCount: null });
  });

  it.each([
    [0, 0, false],
    [100, 49, false],
    [100, 50, true],
    [101, 50, false],
    [1, 1, true],
  ])('of %i accepted is told enough of by %i reports: %s', (accepted, reported, isEnough) => {
    expect(isReportedEnough({ accepted, reported })).toBe(isEnough);
  });
});
