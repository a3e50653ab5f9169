import { isRunByNpm } from '../config.ts';
import type { Service } from './service.ts';

/** What is under way gets this long to end by itself; what does not is released and taken up again later. */
export const stopGraceMs = 8_000;

/** Waits for Ctrl-C or SIGTERM, then stops the service; a second one waits no longer for what is under way. */
export async function stopOnSignal(service: Service, say: (sentence: string) => void): Promise<void> {
  const signals = watchSignals();
  await signals.first;
  say('Stopping: finishing what is under way.');
  await service.stop(stopGraceMs);
  signals.release();
}

/** What is left over of a stopped service gets this long. */
const lingerMs = 2_000;

export interface SignalWatch {
  /** Resolves at the first signal. */
  first: Promise<void>;
  isStopped(): boolean;
  release(): void;
}

const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Takes the process's stop signals until released; from the third on the process ends at once. */
export function watchSignals(): SignalWatch {
  let count = 0;
  let stop: () => void = () => {};
  const first = new Promise<void>((resolve) => {
    stop = resolve;
  });
  const onSignal = () => {
    count += 1;
    stop();
    if (count > 2) process.exit(1);
  };
  for (const name of names) process.on(name, onSignal);
  const forgetNpm = stopWithNpm(onSignal);
  return {
    first,
    isStopped: () => count > 0,
    release: () => {
      forgetNpm();
      for (const name of names) process.off(name, onSignal);
      // A provider call that outlived the grace does not hold the process; it is settled after the next start.
      if (count > 0) setTimeout(() => process.exit(), lingerMs).unref();
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
