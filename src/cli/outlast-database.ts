import type { Clock } from '../platform/clock.ts';
import { isDatabaseAway } from '../platform/database-away.ts';
import { TimedOut, withTimeout } from '../platform/with-timeout.ts';
import { Failure } from '../start/failure.ts';
import type { SignalWatch } from '../start/stop-on-signal.ts';
import { say } from './terminal.ts';

/** A command that watches gives a database that is away so long to come back; a restart takes seconds. */
export const awayLimitMs = 2 * 60_000;
/** No honest look takes longer; one that does has lost its line without a word. */
const answerLimitMs = 30_000;
/** So often a person who stops the command is listened for while a look is under way. */
const listenEveryMs = 2_000;
const tryEveryMs = 500;

export interface Outlasting {
  clock: Clock;
  signals: SignalWatch;
  /** What is not lost, and the command that takes it up again: what a person needs to know when this one ends. */
  way(this: void): string;
}

/** Looks until there is an answer. What is long may take what it takes: the database counts as away only by what it says. */
export type Look = <Result>(look: () => Promise<Result>, options?: { isLong: boolean }) => Promise<Result>;

/**
 * Makes looks outlast a database that is away: each is tried again until it is answered. It is told once that the database is away,
 * and once that it is back. Throws Failure when it stays away for two minutes, and when a person stops the command meanwhile; what
 * else goes wrong is thrown as it is.
 */
export function outlastDatabase({ clock, signals, way }: Outlasting): Look {
  return async (look, { isLong } = { isLong: false }) => {
    let awayAt: number | undefined;
    for (;;) {
      try {
        const found = await (isLong ? look() : awaitAnswer(look(), signals));
        if (awayAt !== undefined) say('\n  The database answers again.');
        return found;
      } catch (error) {
        if (!isDatabaseAway(error) && !(error instanceof TimedOut)) throw error;
        const now = clock.now().getTime();
        if (signals.isStopped()) throw new Failure(`Stopped while the database does not answer; ${way()}`);
        if (awayAt === undefined) say(`\n  ${awayWords}`);
        awayAt ??= now;
        if (now - awayAt >= awayLimitMs)
          throw new Failure(`The database has not answered for ${awayLimitMs / 60_000} minutes; ${way()}`);
      }
      await clock.sleep(tryEveryMs);
    }
  };
}

const awayWords = 'The database does not answer; what was begun goes on by itself when it does; trying again.';

/** The answer; TimedOut when there is none for too long, or none soon after a person stopped the command. */
async function awaitAnswer<Result>(answer: Promise<Result>, signals: SignalWatch): Promise<Result> {
  for (let waitedMs = listenEveryMs; ; waitedMs += listenEveryMs) {
    try {
      return await withTimeout(answer, listenEveryMs);
    } catch (error) {
      if (!(error instanceof TimedOut) || waitedMs >= answerLimitMs || signals.isStopped()) throw error;
    }
  }
}
