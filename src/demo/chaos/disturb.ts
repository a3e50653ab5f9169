import { setTimeout as wait } from 'node:timers/promises';
import { type Account, accountIssue } from '../../deliveries/account-issue.ts';
import { getIssue } from '../../issues/queries.ts';
import { deleteFaults } from '../../sandbox/fault-queries.ts';
import { type Act, acts } from './acts.ts';
import type { Random } from './random.ts';
import type { Stage } from './stage.ts';

export interface Disturbing {
  random: Random;
  /** How many acts; every kind comes before any comes again. */
  actsCount: number;
  /** Between two acts, at least and at most. */
  gapMs: readonly [number, number];
  /** Further acts of whoever disturbs. */
  moreActs?: Record<string, Act>;
  /** Told each act once it is done. */
  tell: (sentence: string) => void;
  isStopped?(): boolean;
}

const triesLimit = 100;
const tryAgainMs = 200;

/** Disturbs an issue while it goes out, then takes every fault away. Ends early when the issue ends. */
export async function disturbIssue(stage: Stage, issueId: string, disturbing: Disturbing): Promise<void> {
  const { random, gapMs, tell } = disturbing;
  const kinds = Object.entries({ ...acts, ...disturbing.moreActs });
  let order: typeof kinds = [];
  for (let count = 0; count < disturbing.actsCount; count += 1) {
    await wait(gapMs[0] + random.below(gapMs[1] - gapMs[0] + 1));
    if (disturbing.isStopped?.() || (await lookAt(stage, issueId)).state === 'sent') break;
    if (order.length === 0) order = random.shuffle(kinds);
    const [name, act] = order.pop() ?? ['', async () => ''];
    // A crash of the database beside it may spoil an act; the next one comes anyway.
    tell(await act(stage, random).catch((error: unknown) => `${name}: it did not come off (${wordsOf(error)})`));
  }
  await patiently(() => deleteFaults(stage.sandboxDb));
}

/** Where everybody of an issue is; a database that has just been crashed is asked again. */
export async function lookAt({ ctx }: Stage, issueId: string): Promise<Account> {
  return patiently(async () => accountIssue(ctx.db, await getIssue(ctx.db, issueId), ctx.clock.now()));
}

/** Tries again while the database comes back; it is away for a second or so. */
export async function patiently<Result>(ask: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await ask();
    } catch (error) {
      if (tries === triesLimit) throw error;
      await wait(tryAgainMs);
    }
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
