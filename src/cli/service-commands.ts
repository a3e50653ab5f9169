import { loadConfig } from '../config.ts';
import { type Role, runService } from '../main.ts';
import { openContext } from '../start/open-context.ts';
import { switchSendingOff, switchSendingOn } from '../deliveries/sending-switch.ts';
import { quiet, withContext } from './run-command.ts';
import { actor, print, say } from './terminal.ts';

/** `start`, `serve`, `work`. */
export async function serve(role: Role): Promise<void> {
  await runService(loadConfig(), role, say);
}

/** `migrate`: brings the schema up to date. */
export async function migrate(): Promise<void> {
  const opened = await openContext(quiet(loadConfig()), { schema: 'migrate', say });
  await opened.close();
  const { applied } = opened;
  print(applied.length === 0 ? 'The schema is up to date.' : `Applied ${applied.join(', ')}.`);
}

/** `pause`: switches all sending off. */
export async function pauseSending({ reason = 'paused by an operator' }: { reason?: string }): Promise<void> {
  const by = actor();
  const changed = await withContext((ctx) => switchSendingOff(ctx, { reason, by, resumesAt: null }));
  print(changed ? 'Sending is off; calls under way end. `resume` goes on.' : 'Sending was off already.');
}

/** `resume`: switches sending on again. */
export async function resumeSending(): Promise<void> {
  const changed = await withContext((ctx) => switchSendingOn(ctx, { by: actor() }));
  print(changed ? 'Sending is on; paused issues stay paused until `issue resume`.' : 'Sending was on already.');
}
