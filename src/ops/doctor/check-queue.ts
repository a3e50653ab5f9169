import { countOf } from '../../platform/count-of.ts';
import { isRefusal } from '../../platform/refusal.ts';
import { inspectRedis } from '../../platform/redis/inspect-redis.ts';
import { findRedisTrouble, type RedisFacts, type RedisTrouble } from '../../platform/redis/redis-facts.ts';
import { type Finding, fault, ok, unrelated, warning } from './finding.ts';
import type { Patient } from './patient.ts';

/** Whether Redis answers, is new enough, keeps what it is given, and would not throw jobs away. */
export async function checkQueue({ config }: Pick<Patient, 'config'>): Promise<Finding[]> {
  const { redisUrl, redisCa: ca, redisPrefix: prefix } = config;
  if (redisUrl === null) return [unrelated('queue', 'Jobs are kept in Postgres; there is no Redis.')];
  const facts = await inspectRedis(redisUrl, { ca, prefix });
  if (isRefusal(facts)) return [fault('queue', facts.sentence, 'Check REDIS_URL, and that the server runs.')];
  return judgeRedis(facts);
}

const mends: Record<RedisTrouble['refused'], string> = {
  'too-old': 'Let REDIS_URL lead to a newer Redis.',
  'not-allowed': 'Give the user of REDIS_URL the right to write keys that begin with REDIS_PREFIX.',
  'read-only': 'Let REDIS_URL lead to the primary.',
  'memory-full': 'Raise maxmemory.',
  'no-writes': 'See the log of Redis; its disk may be full.',
  evicts: 'Set maxmemory-policy noeviction.',
};

/** What a server that answers is worth to the queue. */
export function judgeRedis(facts: RedisFacts): Finding[] {
  const trouble = findRedisTrouble(facts);
  if (trouble !== undefined)
    return [
      fault(
        'queue',
        trouble.sentence,
        `${mends[trouble.refused]} Nothing is lost meanwhile: what is due stands in Postgres.`,
      ),
    ];
  const evicted =
    facts.evictedKeysCount > 0 ? `, ${countOf(facts.evictedKeysCount, 'key')} thrown away since its start` : '';
  const policy = facts.maxmemoryPolicy ?? 'not told';
  const name = { redis: 'Redis', valkey: 'Valkey', dragonfly: 'Dragonfly' }[facts.kind];
  return [
    ok('queue', `${name} ${facts.version} answers, maxmemory-policy ${policy}${evicted}.`),
    checkPersistence(facts),
  ];
}

function checkPersistence({ persistence }: RedisFacts): Finding {
  const check = 'queue persistence';
  const { isAppendOnly, savePoints, isLastSaveOk } = persistence;
  if (!isLastSaveOk) {
    return warning(check, 'The last snapshot of Redis failed.', "See Redis' log; its disk may be full.");
  }
  if (isAppendOnly) return ok(check, 'Redis keeps an append-only file.');
  if (savePoints === null) return ok(check, 'Redis does not tell whether it keeps snapshots.');
  const mend = 'Set appendonly yes. Nothing is lost for good without it: what is due stands in Postgres.';
  if (savePoints === '') return warning(check, 'Redis keeps nothing over a restart.', mend);
  return warning(check, 'Redis keeps snapshots alone, and forgets minutes in a restart.', mend);
}
