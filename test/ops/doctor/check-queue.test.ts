import { expect, test } from 'vitest';
import { parseConfig } from '../../../src/config.ts';
import { checkQueue, judgeRedis } from '../../../src/ops/doctor/check-queue.ts';
import type { RedisFacts } from '../../../src/platform/redis/redis-facts.ts';

const well: RedisFacts = {
  kind: 'redis',
  version: '7.0.15',
  maxmemoryPolicy: 'noeviction',
  maxmemoryBytes: 0,
  usedBytes: 1_000,
  evictedKeysCount: 0,
  role: 'primary',
  persistence: { isAppendOnly: true, savePoints: '', isLastSaveOk: true },
  refusedWrite: null,
};
const levels = (facts: RedisFacts) => judgeRedis(facts).map(({ check, level }) => `${check} ${level}`);
const keeping = (change: Partial<RedisFacts['persistence']>): RedisFacts => ({
  ...well,
  persistence: { ...well.persistence, isAppendOnly: false, ...change },
});

test('a Redis that appends and throws nothing away is well', () => {
  expect(levels(well)).toEqual(['queue ok', 'queue persistence ok']);
});

test.each<[string, RedisFacts, string[]]>([
  ['evicts', { ...well, maxmemoryPolicy: 'allkeys-lru' }, ['queue fault']],
  ['is too old', { ...well, version: '5.0.7' }, ['queue fault']],
  ['is a replica', { ...well, role: 'replica' }, ['queue fault']],
  ['has snapshots alone', keeping({ savePoints: '3600 1' }), ['queue ok', 'queue persistence warning']],
  ['keeps nothing', keeping({ savePoints: '' }), ['queue ok', 'queue persistence warning']],
  ['does not tell what it keeps', keeping({ savePoints: null }), ['queue ok', 'queue persistence ok']],
  ['could not save', keeping({ isLastSaveOk: false }), ['queue ok', 'queue persistence warning']],
])('a Redis that %s is told', (_, facts, expected) => {
  expect(levels(facts)).toEqual(expected);
});

test('each trouble has a mend of its own', () => {
  const troubles = [
    { ...well, maxmemoryPolicy: 'allkeys-lru' },
    { ...well, version: '5.0.7' },
    { ...well, role: 'replica' as const },
    ...['OOM x', 'NOPERM x', 'MISCONF x'].map((refusedWrite) => ({ ...well, refusedWrite })),
  ];
  const mends = troubles.map((facts) => judgeRedis(facts)[0]?.mend);
  expect(new Set(mends).size).toBe(troubles.length);
  expect(mends[0]).toBe('Set maxmemory-policy noeviction. Nothing is lost meanwhile: what is due stands in Postgres.');
});

test.each([
  [1, ', 1 key thrown away since its start.'],
  [2, ', 2 keys thrown away since its start.'],
])('%i thrown away are counted', (evictedKeysCount, words) => {
  expect(judgeRedis({ ...well, evictedKeysCount })[0]?.sentence).toContain(words);
});

test('without Redis there is nothing to look at; one that does not answer is a fault without its password', async () => {
  const look = (redisUrl: string | null) => checkQueue({ config: { ...parseConfig({}), redisUrl } });
  expect(await look(null)).toMatchObject([{ level: 'unrelated' }]);
  const [found] = await look('redis://:hidden-word@127.0.0.1:1');
  expect(found).toMatchObject({ check: 'queue', level: 'fault' });
  expect(found?.sentence).not.toContain('hidden-word');
});
