import { type Config, loadConfig } from '../config.ts';
import { ConfigFaults } from '../config-faults.ts';
import type { Context } from '../context.ts';
import { isDatabaseAway, wordsOfAway } from '../platform/database-away.ts';
import { isRefusal, type Refusal } from '../platform/refusal.ts';
import { TimedOut, withTimeout } from '../platform/with-timeout.ts';
import { Failure } from '../start/failure.ts';
import { openContext } from '../start/open-context.ts';
import { type SignalWatch, watchSignals } from '../start/stop-on-signal.ts';
import { say } from './terminal.ts';

/**
 * A command that needs the database: opened, run, closed again, on Ctrl-C too: a statement under way ends, the next one fails.
 * Work that ends by itself on a signal hands its watch in.
 */
export async function withContext<Result>(
  work: (ctx: Context) => Promise<Result>,
  watched?: SignalWatch,
): Promise<Result> {
  const signals = watched ?? watchSignals();
  try {
    const opened = await openContext(quiet(loadConfig()), { schema: 'refuse', say });
    try {
      return await (watched === undefined ? Promise.race([work(opened.ctx), refuseAfter(signals)]) : work(opened.ctx));
    } finally {
      await endWithin(opened.close(), closeLimitMs);
    }
  } finally {
    if (watched === undefined) signals.release();
  }
}

/** Closing takes no longer, unless the line to the database went silent: then it would never end. */
const closeLimitMs = 7_000;

/** Waits for an ending, and no longer than so many milliseconds. */
export async function endWithin(ending: Promise<void>, limitMs: number): Promise<void> {
  await withTimeout(ending, limitMs).catch((error: unknown) => {
    if (!(error instanceof TimedOut)) throw error;
  });
}

async function refuseAfter(signals: SignalWatch): Promise<never> {
  await signals.first;
  throw new Failure('Stopped before it was done; run it again to go on.');
}

/** Commands say what matters themselves; the log is for services. */
export function quiet(config: Config): Config {
  return { ...config, logLevel: config.logLevel === 'info' ? 'error' : config.logLevel };
}

/** The result, or the refusal's sentence as a failure of the command. */
export function accept<Result>(result: Result): Exclude<Result, Refusal> {
  if (isRefusal(result)) throw new Failure(result.sentence);
  return withoutRefusal(result);
}

function withoutRefusal<Result>(result: Result): Exclude<Result, Refusal> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the caller has just checked it
  return result as Exclude<Result, Refusal>;
}

/** Runs a command and ends with its status: 0 done, 1 failed, 2 wrong use. What went wrong is one sentence on stderr. */
export async function runToEnd(command: () => Promise<unknown>): Promise<void> {
  // Whoever read our output has read enough, such as `| head`.
  process.stdout.on('error', (error) => process.exit('code' in error && error.code === 'EPIPE' ? 0 : 1));
  try {
    await command();
  } catch (error) {
    process.exitCode = statusOf(error);
    say(sentenceOf(error));
    // A silent line, which is all that can be left, holds the process no longer.
    setTimeout(() => process.exit(), lingerMs).unref();
  }
}

const lingerMs = 2_000;

function statusOf(error: unknown): number {
  if (error instanceof Failure) return error.exitStatus;
  return error instanceof ConfigFaults ? 2 : 1;
}

function sentenceOf(error: unknown): string {
  if (error instanceof Failure || error instanceof ConfigFaults) return error.message;
  if (isDatabaseAway(error))
    return `The database went away before this was done (${wordsOfAway(error)}); run it again once it answers, nothing is done twice.`;
  const words = error instanceof Error ? error.message : String(error);
  const trace = process.stderr.isTTY || !(error instanceof Error) ? '' : `\n${error.stack ?? ''}`;
  return `It failed: ${words}.${trace}`;
}
