import type { Config } from './config.ts';
import { startService, type Service } from './start/service.ts';
import { stopOnSignal, watchSignals } from './start/stop-on-signal.ts';

/** Which parts of the program one process runs. */
export type Role = 'start' | 'serve' | 'work';

/**
 * Runs the service in this process until it is told to stop: `start` everything, `serve` the pages, `work` the queues. `start`
 * migrates, the others refuse an old schema. Throws Failure with a sentence when it cannot start.
 */
export async function runService(config: Config, role: Role, say: (sentence: string) => void): Promise<void> {
  // Before the start: a process told to stop meanwhile still stops the database it has just started.
  const signals = watchSignals();
  try {
    const service: Service = await startService(config, {
      web: role !== 'work',
      work: role !== 'serve',
      schema: role === 'start' ? 'migrate' : 'refuse',
      say,
    });
    say(greeting(service, role));
    await stopOnSignal(service, signals, say);
  } finally {
    signals.release();
  }
}

function greeting({ ctx, url }: Service, role: Role): string {
  const mail = ctx.config.isSandbox
    ? 'mail goes to the local sandbox'
    : `mail goes through ${ctx.config.resendBaseUrl}`;
  if (url === null) return `Working the queues; ${mail}. Ctrl-C stops it.`;
  const mailbox = ctx.config.isSandbox ? ` Mailbox: ${url}/sandbox.` : '';
  return `Serving ${url}${role === 'start' ? ' and working the queues' : ''}; ${mail}.${mailbox} Ctrl-C stops it.`;
}
