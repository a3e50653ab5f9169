import { expect, test } from 'vitest';
import { countOf } from '../../src/platform/count-of.ts';

test.each([
  [countOf(0, 'minute'), '0 minutes'],
  [countOf(1, 'minute'), '1 minute'],
  [countOf(2, 'minute'), '2 minutes'],
  [countOf(1, 'address', 'addresses'), '1 address'],
  [countOf(3, 'address', 'addresses'), '3 addresses'],
])('%s', (words, expected) => {
  expect(words).toBe(expected);
});
