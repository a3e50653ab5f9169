import { SingleBar } from 'cli-progress';
import { loadConfig } from '../config.ts';
import type { Context } from '../context.ts';
import { type Account, accountIssue } from '../deliveries/account-issue.ts';
import { beginSending } from '../deliveries/begin-sending.ts';
import { describeAccount } from '../deliveries/describe-account.ts';
import { describeCanary } from '../deliveries/describe-care.ts';
import { countCallsUnderWay } from '../deliveries/queries.ts';
import { releaseRest } from '../deliveries/release-rest.ts';
import { getSendingSwitch } from '../deliveries/sending-switch.ts';
import { getIssue, type Issue } from '../issues/queries.ts';
import { createLog } from '../platform/log.ts';
import { Failure } from '../start/failure.ts';
import { startService } from '../start/service.ts';
import { type SignalWatch, stopGraceMs, watchSignals } from '../start/stop-on-signal.ts';
import { type Look, outlastDatabase } from './outlast-database.ts';
import { accept, endWithin, quiet, withContext } from './run-command.ts';
import { openTurn } from './take-turn.ts';
import { actor, print, printJson, say } from './terminal.ts';

const lookEveryMs = 250;
/** Counting a million deliveries takes a moment: no more than this share of the time goes into it. */
const lookingShare = 0.1;

/** With what is closed after the grace. */
const stopLimitMs = stopGraceMs + 2_000;

/** `issue send N`: begins it, works the queues in this process and shows the progress until nothing waits; beside another one it only watches. */
export async function sendIssue(number: number, { json, canary }: { json?: boolean; canary?: boolean }): Promise<void> {
  const signals = watchSignals();
  try {
    await withContext(async (ctx) => {
      const withoutCanary = canary === false;
      // What keeps it from beginning is this command's own answer.
      const unheard = { ...ctx, log: createLog('silent') };
      const outlast = outlastDatabase({ clock: ctx.clock, signals, way: () => describeWay(undefined) });
      const issue = accept(
        await outlast(() => beginSending(unheard, { number, by: actor(), withoutCanary }), { isLong: true }),
      );
      // Refused where nothing waits: it goes out without one, or is let go already.
      if (withoutCanary) await outlast(() => releaseRest(ctx, { number, by: actor() }));
      const account = await sendInTurn(ctx, issue, { signals, outlast });
      if (json) printJson(account);
      else print(describeAccount(account));
      refuseUnfinished(await outlast(() => getIssue(ctx.db, issue.id)), account);
    }, signals);
  } finally {
    signals.release();
  }
}

/** Whoever gets the issue's turn drives; others watch, and take over when the driver is gone. */
async function sendInTurn(
  ctx: Context,
  issue: Issue,
  { signals, outlast }: { signals: SignalWatch; outlast: Look },
): Promise<Account> {
  const turn = openTurn(ctx.db, issue.id);
  try {
    if (!(await outlast(turn.take))) {
      say('Another process is sending this issue; watching.');
      const account = await watchIssue(ctx, issue, { signals, until: turn.take });
      if (account.state !== 'sending' || signals.isStopped()) return account;
    }
    const start = () => startService(quiet(loadConfig()), { web: false, work: true, schema: 'refuse' });
    const service = await outlast(start, { isLong: true });
    try {
      // The turn is lost with its connection: taken again, so that who comes then only watches.
      const keep = async () => {
        await turn.take();
        return false;
      };
      return await watchIssue(service.ctx, issue, { signals, until: keep });
    } finally {
      await endWithin(service.stop(stopGraceMs, signals.hurry), stopLimitMs);
    }
  } finally {
    turn.end();
  }
}

export interface Watching {
  signals: SignalWatch;
  /** Ends the watch early when it answers true. */
  until?: () => Promise<boolean>;
}

/**
 * Shows accepted / eligible, rate and time left until nothing waits, the issue stops, or a person does. Outlasts a database that is
 * away for a while.
 */
export async function watchIssue(ctx: Context, { id }: { id: string }, { signals, until }: Watching): Promise<Account> {
  let seen: Account | undefined;
  const outlast = outlastDatabase({ clock: ctx.clock, signals, way: () => describeWay(seen) });
  const first = await outlast(() => lookAtIssue(ctx, id));
  seen = first.account;
  const bar = createBar();
  bar.start(seen.eligible, seen.accepted, paceOf(seen, seen.accepted, 0));
  const startedAt = performance.now();
  let told: string | undefined;
  try {
    for (;;) {
      const { account, isHeld, lookMs } = await outlast(() => lookAtIssue(ctx, id));
      seen = account;
      bar.update(account.accepted, paceOf(account, first.account.accepted, performance.now() - startedAt));
      told = sayCanary(account, told);
      if (signals.isStopped() || isHeld || (until !== undefined && (await outlast(until)))) break;
      await ctx.clock.sleep(Math.max(lookEveryMs, lookMs / lookingShare));
    }
  } finally {
    bar.stop();
  }
  if (!process.stderr.isTTY) say(`  ${seen.accepted} / ${seen.eligible} accepted`);
  const { reason } = await outlast(() => getSendingSwitch(ctx.db));
  if (reason !== null) say(`Sending is off: ${reason}`);
  return seen;
}

interface Seen {
  account: Account;
  /** Nothing goes out, and no call is under way. */
  isHeld: boolean;
  /** How long counting took. */
  lookMs: number;
}

async function lookAtIssue(ctx: Context, id: string): Promise<Seen> {
  const lookedAt = performance.now();
  const account = await accountIssue(ctx.db, await getIssue(ctx.db, id), ctx.clock.now());
  const lookMs = performance.now() - lookedAt;
  const isWaitingForPerson = account.state !== 'sending' || account.canary?.state === 'held';
  const isOff = isWaitingForPerson || !(await getSendingSwitch(ctx.db)).isOn;
  // Calls under way end also when everything is held: their mails belong into the figures.
  const isHeld = isOff && (await countCallsUnderWay(ctx.db, id, ctx.clock.now())) === 0;
  return { account, isHeld, lookMs };
}

/** For whoever must leave an issue while the database is away. */
function describeWay(seen: Account | undefined): string {
  if (seen?.issue == null) return 'nothing is lost, and the same command goes on once it does.';
  const { issue, accepted, eligible } = seen;
  return `issue ${issue} is not lost (${accepted} of ${eligible} were accepted at the last look), and \`issue send ${issue}\` goes on and watches it again once it does, nobody gets it twice.`;
}

function createBar(): SingleBar {
  return new SingleBar({
    format: '  sending [{bar}] {value} / {total} accepted   {rate} a second   {left}',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 32,
    stream: process.stderr,
  });
}

/** Says once that the rest waits for the canary, and why; the bar alone shows until when. */
function sayCanary(account: Account, told: string | undefined): string | undefined {
  const { canary } = account;
  if (canary === null || !(canary.state === 'waiting' || canary.state === 'held')) return told;
  if (told !== canary.state) say(`\n  ${describeCanary(canary, account)}`);
  return canary.state;
}

function paceOf(
  { accepted, waiting, canary }: Account,
  already: number,
  elapsedMs: number,
): { rate: string; left: string } {
  const rate = elapsedMs > 0 ? ((accepted - already) * 1000) / elapsedMs : 0;
  if (waiting === 0) return { rate: rate.toFixed(0), left: 'done' };
  if (canary?.state === 'waiting')
    return { rate: '0', left: `the rest waits until ${canary.until?.slice(11, 16) ?? '?'} UTC` };
  return {
    rate: rate.toFixed(0),
    left: rate > 0 ? `${Math.ceil(waiting / rate)} s left` : 'waiting for the first answer',
  };
}

/** Anything but `sent` is a failure of the command, with what to do. */
function refuseUnfinished({ number, state, stateReason }: Issue, { unknown, canary }: Account): void {
  if (state === 'sent' && unknown === 0) return;
  if (state === 'sent')
    throw new Failure(`Of issue ${number} ${unknown} are unknown; \`issue resolve ${number}\` lets you decide.`);
  if (state === 'paused')
    throw new Failure(
      `Issue ${number} is paused (${stateReason ?? 'by a person'}); \`issue resume ${number}\` goes on.`,
    );
  if (state === 'cancelled')
    throw new Failure(`Issue ${number} is cancelled (${stateReason ?? 'by a person'}); what waited is dropped.`);
  if (canary?.state === 'held')
    throw new Failure(
      `The rest of issue ${number} is held: too little is reported of its canary. \`issue release ${number}\` sends it all the same.`,
    );
  throw new Failure(
    `Issue ${number} is not sent to everybody yet; \`issue send ${number}\` goes on, nobody gets it twice.`,
  );
}
