import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../context.ts';
import { accountIssue } from '../deliveries/account-issue.ts';
import { countCallsUnderWay } from '../deliveries/queries.ts';
import { describeAccount } from '../deliveries/describe-account.ts';
import { describeStops } from '../deliveries/describe-care.ts';
import { releaseRest } from '../deliveries/release-rest.ts';
import { resumeSendingIssue } from '../deliveries/resume-sending-issue.ts';
import { getSendingSwitch } from '../deliveries/sending-switch.ts';
import { stopIssue } from '../deliveries/stop-issue.ts';
import { approveIssue } from '../issues/approve-issue.ts';
import { cancelIssue } from '../issues/cancel-issue.ts';
import { composeIssue } from '../issues/compose-issue.ts';
import { describeIssue, describeIssues, detailIssue, summariseIssue } from '../issues/describe-issue.ts';
import { findIssueNamed } from '../issues/find-issue.ts';
import { listPicks } from '../issues/list-picks.ts';
import { pauseIssue } from '../issues/pause-issue.ts';
import { type Preview, previewIssue } from '../issues/preview-issue.ts';
import { type Issue, listIssues } from '../issues/queries.ts';
import { makeFolder } from '../platform/make-folder.ts';
import { isRefusal } from '../platform/refusal.ts';
import { Failure } from '../start/failure.ts';
import { accept, withContext } from './run-command.ts';
import { actor, print, printJson } from './terminal.ts';

interface JsonOption {
  json?: boolean;
}

/** `issue compose`: drafts the next issue from what is new. */
export async function compose({ json }: JsonOption): Promise<void> {
  await withContext(async (ctx) => {
    const composed = accept(await composeIssue(ctx, { by: actor() }));
    if ('skipped' in composed) return json ? printJson(composed) : print(`skipped: ${composed.skipped}`);
    await showPicked(ctx, composed.issue, json);
  });
}

async function showPicked(ctx: Context, issue: Issue, json: boolean | undefined): Promise<void> {
  const picks = await listPicks(ctx.db, issue.id);
  if (json) printJson(detailIssue(issue, picks));
  else print(describeIssue(issue, picks));
}

/** `issue list`. */
export async function list({ json }: JsonOption): Promise<void> {
  const issues = await withContext((ctx) => listIssues(ctx.db));
  if (json) printJson(issues.map(summariseIssue));
  else print(describeIssues(issues));
}

/** `issue show N`. */
export async function show(number: number, { json }: JsonOption): Promise<void> {
  await withContext(async (ctx) => showPicked(ctx, accept(await findIssueNamed(ctx.db, number)), json));
}

/** `issue preview N --out DIR [--as EMAIL]`: the mail as files. */
export async function preview(number: number, options: { out: string; as?: string } & JsonOption): Promise<void> {
  const { out, as, json } = options;
  const shown = accept(await withContext((ctx) => previewIssue(ctx, as === undefined ? { number } : { number, as })));
  const { html, text } = await writePreview(out, number, shown);
  const { subject, preheader, headers, checks } = shown;
  if (json) return printJson({ subject, preheader, headers, checks, files: { html, text } });
  const faults = checks.map((check) => `${check.blocking ? 'must be mended' : 'advice'}: ${check.sentence}`);
  print([`Subject: ${subject}`, `Preheader: ${preheader}`, ...faults, `Wrote ${html} and ${text}.`].join('\n'));
}

async function writePreview(out: string, number: number, shown: Preview): Promise<{ html: string; text: string }> {
  const html = join(out, `issue-${number}.html`);
  const text = join(out, `issue-${number}.txt`);
  try {
    makeFolder(out);
    await writeFile(html, shown.html);
    await writeFile(text, shown.text);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw new Failure(`${out} cannot be written to (${code}); give --out a folder of yours.`, { cause });
  }
  return { html, text };
}

/** `issue approve N`. */
export async function approve(number: number, { json }: JsonOption): Promise<void> {
  const approved = accept(await withContext((ctx) => approveIssue(ctx, { number, by: actor() })));
  if (json)
    return printJson({ ...summariseIssue(approved.issue), revisionId: approved.revisionId, already: approved.already });
  const when =
    approved.issue.sendAt === null
      ? `\`issue send ${number}\` sends it`
      : `it goes out at ${approved.issue.sendAt.toISOString()}`;
  print(`Issue ${number} ${approved.already ? 'was approved already' : 'is approved'}; ${when}.`);
}

/** `issue pause N`. */
export async function pause(number: number, { reason, json }: { reason: string } & JsonOption): Promise<void> {
  const { issue, calls } = await withContext(async (ctx) => {
    const issue = accept(await pauseIssue(ctx, { number, by: actor(), reason }));
    return { issue, calls: await countCallsUnderWay(ctx.db, issue.id, ctx.clock.now()) };
  });
  if (json) return printJson({ ...summariseIssue(issue), callsUnderWay: calls });
  const ending =
    calls === 0
      ? 'no call is under way'
      : `${calls === 1 ? 'one call' : `${calls} calls`} under way of up to 100 mails each end`;
  print(`Issue ${number} is paused; ${ending}. \`issue resume ${number}\` goes on.`);
}

/** `issue resume N [--accept-provider]`. */
export async function resume(number: number, options: { acceptProvider?: boolean } & JsonOption): Promise<void> {
  const { acceptProvider: acceptsProvider = false, json } = options;
  await withContext(async (ctx) => {
    const issue = accept(await resumeSendingIssue(ctx, { number, by: actor(), acceptsProvider }));
    if (json) return printJson(summariseIssue(issue));
    const { isOn, hold, reason } = await getSendingSwitch(ctx.db);
    if (isOn) return print(`Issue ${number} is sending again.`);
    const why = (reason ?? 'for a reason nobody wrote down').replace(/\.$/, '');
    const way = hold === null ? ' `resume` switches it on.' : '';
    print(`Issue ${number} is paused no more, but all sending is off: ${why}.${way}`);
  });
}

/** `issue release N`: the rest of a large issue goes out without waiting for its canary any longer. */
export async function release(number: number, { json }: JsonOption): Promise<void> {
  const counted = await withContext(async (ctx) => {
    const issue = accept(await releaseRest(ctx, { number, by: actor() }));
    return accountIssue(ctx.db, issue, ctx.clock.now());
  });
  if (json) return printJson(counted);
  const { canary, waiting } = counted;
  const isStopped = canary !== null && canary.stoppedBy.length > 0;
  print(
    isStopped
      ? `The rest of issue ${number} waits for its canary no more. ${describeStops(canary, counted)}`
      : `Issue ${number} waits for its canary no more; ${waiting} go out now.`,
  );
}

/** `issue cancel N`. */
export async function cancel(number: number, { reason, json }: { reason: string } & JsonOption): Promise<void> {
  const account = await withContext(async (ctx) => {
    const issue = accept(await findIssueNamed(ctx.db, number));
    const by = actor();
    const early = await cancelIssue(ctx, { number, by, reason });
    const isFrozen = isRefusal(early) && early.refused === 'already-sending';
    const cancelled = accept(isFrozen ? await stopIssue(ctx, { issueId: issue.id, by, reason }) : early);
    return accountIssue(ctx.db, cancelled, ctx.clock.now());
  });
  if (json) return printJson(account);
  const isUntouched = account.accepted + account.unknown + account.waiting === 0;
  print(isUntouched ? `Issue ${number} is cancelled; nobody got it.` : describeAccount(account));
}

/** `issue account N`. */
export async function account(number: number, { json }: JsonOption): Promise<void> {
  const counted = await withContext(async (ctx) =>
    accountIssue(ctx.db, accept(await findIssueNamed(ctx.db, number)), ctx.clock.now()),
  );
  if (json) printJson(counted);
  else print(describeAccount(counted));
}
