import { isRunByNpm } from '../config.ts';
import type { Service } from './service.ts';

/** What is under way gets this long to end by itself; what does not is released and taken up again later. */
export const stopGraceMs = 8_000;

/** Waits for Ctrl-C or SIGTERM, then stops the service; a second one waits no longer for what is under way. */
export async function stopOnSignal(
  service: Service,
  signals: SignalWatch,
  say: (sentence: string) => void,
): Promise<void> {
  await signals.first;
  say('Stopping: finishing what is under way.');
  await service.stop(stopGraceMs, signals.hurry);
}

/** What is left over of a stopped service gets this long. */
const lingerMs = 2_000;
const hurriedLingerMs = 100;

export interface SignalWatch {
  /** Resolves at the first signal. */
  first: Promise<void>;
  /** Aborts at the second one: what is under way is waited for no longer. */
  hurry: AbortSignal;
  isStopped(): boolean;
  release(): void;
}

const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** npm passes on what the terminal has sent to its child already: signals so close together are one press of Ctrl-C. */
const samePressMs = 200;

/** Takes the process's stop signals until released; the third ends the process at once, without stopping the embedded database. */
export function watchSignals(): SignalWatch {
  let count = 0;
  let lastAt = -Infinity;
  const hurry = new AbortController();
  let stop: () => void = () => {};
  const first = new Promise<void>((resolve) => {
    stop = resolve;
  });
  const onSignal = () => {
    const at = performance.now();
    if (at - lastAt > samePressMs) count += 1;
    lastAt = at;
    stop();
    if (count === 2) hurry.abort();
    if (count > 2) process.exit(1);
  };
  for (const name of names) process.on(name, onSignal);
  // Ctrl-C may have ended npm or its shell too: that is no second press.
  const forgetNpm = stopWithNpm(() => (count === 0 ? onSignal() : undefined));
  return {
    first,
    hurry: hurry.signal,
    isStopped: () => count > 0,
    release: () => {
      forgetNpm();
      for (const name of names) process.off(name, onSignal);
      // A provider call that outlived the grace does not hold the process; it is settled after the next start.
      if (count > 0) setTimeout(() => process.exit(), hurry.signal.aborted ? hurriedLingerMs : lingerMs).unref();
    },
  };
}

const lookForParentMs = 500;

/** npm passes SIGTERM to a shell that does not pass it on: a process whose npm is gone stops as if it had been told to. */
function stopWithNpm(stop: () => void): () => void {
  const parent = process.ppid;
  if (!isRunByNpm()) return () => {};
  const look = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(look);
    stop();
  }, lookForParentMs).unref();
  return () => clearInterval(look);
}
