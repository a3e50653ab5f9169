import { describe, expect, it } from 'vitest';
import { pauseBeforeTry, placeOf } from '../../../src/platform/redis/connect-redis.ts';

describe('the way to Redis', () => {
  it('is shown without user and password, with the port that goes without saying', () => {
    expect(placeOf('redis://:secret@queue')).toEqual({ host: 'queue', port: 6379, shown: 'queue:6379' });
    expect(placeOf('rediss://me:secret@[::1]:7000/3')).toEqual({ host: '::1', port: 7000, shown: '[::1]:7000' });
  });

  it('is tried again after pauses that grow from 50 ms to two seconds and no further', () => {
    const within = (tries: number, from: number) => {
      expect(pauseBeforeTry(tries)).toBeGreaterThanOrEqual(from);
      expect(pauseBeforeTry(tries)).toBeLessThanOrEqual(from + 200);
    };
    within(1, 50);
    within(2, 100);
    within(6, 1_600);
    within(7, 2_000);
    within(5_000, 2_000);
  });
});
