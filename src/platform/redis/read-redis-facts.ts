import type { Redis } from 'ioredis';
import type { RedisFacts } from './redis-facts.ts';

const probeLastsMs = 1_000;

/** Asks a connected server about itself, and whether it takes a small write; throws when it does not answer. */
export async function readRedisFacts(client: Redis, prefix: string): Promise<RedisFacts> {
  const told = parseReport(await client.info());
  const savePoints = await readSetting(client, 'save');
  const maxmemoryPolicy = told.get('maxmemory_policy') ?? (await readSetting(client, 'maxmemory-policy'));
  const refusedWrite = await client.set(`${prefix}:probe`, '1', 'PX', probeLastsMs).then(
    () => null,
    (error: unknown) => {
      if (isAnswer(error)) return error.message;
      throw error;
    },
  );
  const kind = told.has('dragonfly_version') ? 'dragonfly' : told.has('valkey_version') ? 'valkey' : 'redis';
  return {
    kind,
    version: (told.get(`${kind}_version`) ?? '').replace(/^[^\d]*/, ''),
    maxmemoryPolicy,
    maxmemoryBytes: Number(told.get('maxmemory') ?? 0),
    usedBytes: Number(told.get('used_memory') ?? 0),
    evictedKeysCount: Number(told.get('evicted_keys') ?? 0),
    role: told.get('role') === 'slave' || told.get('role') === 'replica' ? 'replica' : 'primary',
    persistence: {
      isAppendOnly: told.get('aof_enabled') === '1',
      savePoints,
      isLastSaveOk: (told.get('rdb_last_bgsave_status') ?? 'ok') === 'ok',
    },
    refusedWrite,
  };
}

/** The server's own words, as opposed to a connection that broke. */
function isAnswer(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ReplyError';
}

/** `name:value` lines under headings, as INFO answers. */
function parseReport(report: string): Map<string, string> {
  const pairs = report.split(/\r?\n/).flatMap((line): [string, string][] => {
    const at = line.indexOf(':');
    return at > 0 && !line.startsWith('#') ? [[line.slice(0, at), line.slice(at + 1)]] : [];
  });
  return new Map(pairs);
}

/** Rented servers often refuse to show their settings. */
async function readSetting(client: Redis, name: string): Promise<string | null> {
  try {
    const answer: unknown = await client.config('GET', name);
    return Array.isArray(answer) && typeof answer[1] === 'string' ? answer[1] : null;
  } catch (error) {
    if (isAnswer(error)) return null;
    throw error;
  }
}
