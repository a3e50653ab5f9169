import { parseConfig } from '../../src/config.ts';
import type { Context } from '../../src/context.ts';
import type { Db } from '../../src/database.ts';
import { createLog } from '../../src/platform/log.ts';
import { createKeyRing } from '../../src/platform/token.ts';

/** A context at a fixed time that can be moved; it rings nobody and mails nobody. */
export interface TestContext extends Context {
  setNow(text: string): void;
}

export function createTestContext(db: Db, nowText: string): TestContext {
  let now = new Date(nowText);
  return {
    config: parseConfig({}),
    db,
    queue: { ring: async () => {}, findTrouble: async () => undefined },
    mailer: {
      identity: 'nobody',
      post: async () => {
        throw new Error('nothing is mailed here');
      },
      read: async () => {
        throw new Error('nobody is asked here');
      },
    },
    clock: { now: () => now, sleep: async () => {} },
    log: createLog('silent'),
    keys: createKeyRing(['a secret for tests that is long enough']),
    pepper: Buffer.alloc(32, 1),
    setNow(text) {
      now = new Date(text);
    },
  };
}
