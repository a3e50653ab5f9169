import type { Refusal } from '../refusal.ts';

/** What a server says of itself. */
export interface RedisFacts {
  kind: 'redis' | 'valkey' | 'dragonfly';
  version: string;
  /** `noeviction`, `allkeys-lru`, ...; null where the server does not tell. */
  maxmemoryPolicy: string | null;
  /** 0 = no limit. */
  maxmemoryBytes: number;
  usedBytes: number;
  /** Keys thrown away for want of memory since the server started. */
  evictedKeysCount: number;
  role: 'primary' | 'replica';
  persistence: {
    isAppendOnly: boolean;
    /** When snapshots are taken, such as `3600 1 300 100`; empty: never; null where the server does not tell. */
    savePoints: string | null;
    isLastSaveOk: boolean;
  };
  /** The server's words on a small write that it refused; null when it took it. */
  refusedWrite: string | null;
}

/** Why the queue cannot be relied upon though the server answers. */
export type RedisTrouble = Refusal<'too-old' | 'not-allowed' | 'read-only' | 'memory-full' | 'no-writes' | 'evicts'>;

/** BullMQ asks for 5 and recommends 6.2: what the tests run on starts there. */
const oldestRedis = [6, 2] as const;

/** What is wrong with a server that answers; undefined when it serves. */
export function findRedisTrouble(facts: RedisFacts): RedisTrouble | undefined {
  const { version, maxmemoryPolicy, refusedWrite, role } = facts;
  if (isTooOld(facts)) {
    return { refused: 'too-old', sentence: `Redis is version ${version}; the queue needs ${oldestRedis.join('.')}.` };
  }
  if (role === 'replica' || refusedWrite?.startsWith('READONLY')) {
    return {
      refused: 'read-only',
      sentence: 'Redis is a replica and takes no writes; REDIS_URL must lead to the primary.',
    };
  }
  if (refusedWrite !== null) return explainRefusedWrite(refusedWrite);
  if (maxmemoryPolicy !== null && maxmemoryPolicy !== 'noeviction') {
    return {
      refused: 'evicts',
      sentence: `Redis throws keys away when its memory is full (maxmemory-policy ${maxmemoryPolicy}), and jobs with them; set maxmemory-policy to noeviction.`,
    };
  }
  return undefined;
}

function explainRefusedWrite(words: string): RedisTrouble {
  if (words.startsWith('OOM')) {
    return {
      refused: 'memory-full',
      sentence:
        'The memory of Redis is full: it takes no jobs. Raise maxmemory or delete what others keep there; the sending goes on by itself then.',
    };
  }
  if (words.startsWith('NOPERM')) {
    return { refused: 'not-allowed', sentence: 'The user of REDIS_URL may not write the keys of the queue.' };
  }
  return { refused: 'no-writes', sentence: `Redis takes no writes: ${words}` };
}

function isTooOld({ kind, version }: RedisFacts): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return kind === 'redis' && (major < oldestRedis[0] || (major === oldestRedis[0] && minor < oldestRedis[1]));
}
