import { describe, expect, it } from 'vitest';
import { findRedisTrouble, type RedisFacts } from '../../../src/platform/redis/redis-facts.ts';

const well: RedisFacts = {
  kind: 'redis',
  version: '7.0.15',
  maxmemoryPolicy: 'noeviction',
  maxmemoryBytes: 0,
  usedBytes: 1_000_000,
  evictedKeysCount: 0,
  role: 'primary',
  persistence: { isAppendOnly: true, savePoints: '', isLastSaveOk: true },
  refusedWrite: null,
};
const reasonOf = (change: Partial<RedisFacts>) => findRedisTrouble({ ...well, ...change })?.refused;

describe('a Redis server', () => {
  it.each<[string, Partial<RedisFacts>]>([
    ['that is set as it should be', {}],
    ['of the oldest version', { version: '6.2.0' }],
    ['that hides its policy', { maxmemoryPolicy: null }],
    ['of another make, whose versions count otherwise', { kind: 'dragonfly', version: '1.2.3' }],
    ['that keeps nothing over a restart', { persistence: { isAppendOnly: false, savePoints: '', isLastSaveOk: true } }],
  ])('%s serves', (_name, change) => {
    expect(reasonOf(change)).toBeUndefined();
  });

  it.each<[string, Partial<RedisFacts>]>([
    ['too-old', { version: '6.0.20' }],
    ['too-old', { version: '5.9.0' }],
    ['read-only', { role: 'replica' }],
    ['read-only', { refusedWrite: "READONLY You can't write against a read only replica." }],
    ['memory-full', { refusedWrite: "OOM command not allowed when used memory > 'maxmemory'." }],
    ['not-allowed', { refusedWrite: 'NOPERM this user has no permissions' }],
    ['no-writes', { refusedWrite: 'MISCONF Redis is configured to save RDB snapshots' }],
    ['evicts', { maxmemoryPolicy: 'allkeys-lru' }],
    ['evicts', { maxmemoryPolicy: 'volatile-ttl' }],
  ])('is told of as %s', (reason, change) => {
    expect(reasonOf(change)).toBe(reason);
  });
});
