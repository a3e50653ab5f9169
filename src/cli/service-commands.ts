import { loadConfig } from '../config.ts';
import type { Context } from '../context.ts';
import { type Role, runService } from '../main.ts';
import { openContext } from '../start/open-context.ts';
import { describeRelease } from '../deliveries/restored/describe-release.ts';
import { guardSending } from '../deliveries/restored/guard-sending.ts';
import { releaseHold } from '../deliveries/restored/release-hold.ts';
import { getSendingSwitch, switchSendingOff, switchSendingOn } from '../deliveries/sending-switch.ts';
import { checkRestoreMarks } from '../ops/doctor/check-restore-marks.ts';
import { answerLimitMs } from '../ops/doctor/patient.ts';
import { createLog } from '../platform/log.ts';
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

/** `resume [--after-restore]`: switches sending on again; where it is held, or would be by the next look, only with the option. */
export async function resumeSending({ afterRestore = false }: { afterRestore?: boolean }): Promise<void> {
  if (afterRestore) return resumeAfterRestore();
  await withContext(async (ctx) => {
    await refuseHeld(ctx);
    await refuseForeignMarks(ctx);
    const changed = await switchSendingOn(ctx, { by: actor() });
    if (!changed) await refuseHeld(ctx);
    print(changed ? 'Sending is on; paused issues stay paused until `issue resume`.' : 'Sending was on already.');
  });
}

async function refuseHeld({ db }: Context): Promise<void> {
  const { hold, reason } = await getSendingSwitch(db);
  if (hold !== null) throw new Failure(reason ?? 'Sending is held.');
}

/** Before any worker has looked nothing is held yet, and `doctor` tells already that it will be. */
async function refuseForeignMarks({ config, clock, db }: Context): Promise<void> {
  const brief = { ...config, callDeadlineMs: Math.min(config.callDeadlineMs, answerLimitMs) };
  const { level, sentence, mend } = await checkRestoreMarks({ config: brief, clock, database: { db, url: '' } });
  if (level === 'fault') throw new Failure(`Nothing was changed. ${sentence} ${mend ?? ''}`);
}

async function resumeAfterRestore(): Promise<void> {
  const onRead = (count: number) => {
    if (count > 0 && count % 1_000 === 0) say(`  ${count} mails of the provider's list looked at`);
  };
  const released = accept(
    await withContext(async (ctx) => {
      // Where nobody has looked yet, this is the look; whoever asks for the release need not be told of the hold.
      await guardSending({ ...ctx, log: createLog('silent') });
      return releaseHold(ctx, { by: actor(), onRead });
    }),
  );
  for (const sentence of describeRelease(released)) print(sentence);
}
