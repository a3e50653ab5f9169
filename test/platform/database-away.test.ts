import { expect, it } from 'vitest';
import { isDatabaseAway, wordsOfAway } from '../../src/platform/database-away.ts';

const withCode = (code: string, message = 'connect') => Object.assign(new Error(message), { code });

it.each([
  ...['57P01', '57P02', '57P03', '57P05', '08006', '08P01', '53300'].map((code) => withCode(code)),
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND'].map((code) => withCode(code)),
  Object.assign(new AggregateError([withCode('ECONNREFUSED')]), { code: 'ECONNREFUSED' }),
  new Error('Connection terminated unexpectedly'),
  new Error('Connection terminated due to connection timeout'),
  new Error('timeout exceeded when trying to connect'),
  new Error('Client has encountered a connection error and is not queryable'),
])('a database that is away is told: %o', (error) => {
  expect(isDatabaseAway(error)).toBe(true);
});

it.each([
  ...['57014', '57P04', '3D000', '28P01', '23505', '42P01', '40001', 'ENOENT', 'ERR_ASSERTION'].map((c) => withCode(c)),
  new TypeError('fetch failed', { cause: withCode('ECONNREFUSED') }),
  new Error('a bug'),
  'Connection terminated',
  undefined,
])('what no waiting mends, or comes from elsewhere, is not: %o', (error) => {
  expect(isDatabaseAway(error)).toBe(false);
});

it('of several addresses the first is told', () => {
  const both = new AggregateError([withCode('ECONNREFUSED', 'connect ::1'), withCode('ECONNREFUSED', 'connect 127')]);
  expect(wordsOfAway(both)).toBe('connect ::1');
});
