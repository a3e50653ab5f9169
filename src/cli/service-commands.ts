import { loadConfig } from '../config.ts';
import { type Role, runService } from '../main.ts';
import { openContext } from '../start/open-context.ts';
import { releaseHold } from '../deliveries/restored/release-hold.ts';
import { getSendingSwitch, switchSendingOff, switchSendingOn } from '../deliveries/sending-switch.ts';
import { Failure } from '../start/failure.ts';
import { accept, quiet, withContext } from './run-command.ts';
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

/** `resume [--after-restore]`: switches sending on again; where it is held, only with the option. */
export async function resumeSending({ afterRestore = false }: { afterRestore?: boolean }): Promise<void> {
  if (afterRestore) return resumeAfterRestore();
  await withContext(async (ctx) => {
    const changed = await switchSendingOn(ctx, { by: actor() });
    const { hold, reason } = await getSendingSwitch(ctx.db);
    if (hold !== null) throw new Failure(reason ?? 'Sending is held.');
    print(changed ? 'Sending is on; paused issues stay paused until `issue resume`.' : 'Sending was on already.');
  });
}

async function resumeAfterRestore(): Promise<void> {
  const onRead = (count: number) => {
    if (count > 0 && count % 1_000 === 0) say(`  ${count} mails of the provider's list looked at`);
  };
  const { issue, notedCount, isBlind } = accept(await withContext((ctx) => releaseHold(ctx, { by: actor(), onRead })));
  const name = issue?.number == null ? undefined : `Issue ${issue.number} (${issue.state})`;
  if (notedCount > 0)
    print(`${name}: the provider had taken ${notedCount} mails that were not noted here; they are now.`);
  if (isBlind && name !== undefined)
    print(
      `${name}: this key may not list what was sent, so it waits for your word; who has it already is not known here.`,
    );
  print('Sending is on. What this database is now is what it will be compared with.');
}
