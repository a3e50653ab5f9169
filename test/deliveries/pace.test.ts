import { expect, it } from 'vitest';
import { laneRate } from '../../src/deliveries/pace.ts';

it.each([
  [1, 0.5, 0.5],
  [2, 1, 1],
  [4, 3, 1],
  [5, 4, 1],
  [10, 8, 2],
  [100, 80, 20],
])('of %s requests a second batches get %s and single mails %s', (rate, batches, mails) => {
  expect(laneRate('batch', rate)).toBe(batches);
  expect(laneRate('mail', rate)).toBe(mails);
});

it.each([0.5, 1, 3, 7, 999.5])('both lanes together are what the provider allows: %s', (rate) => {
  expect(laneRate('batch', rate) + laneRate('mail', rate)).toBeCloseTo(rate, 9);
});
