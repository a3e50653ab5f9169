import type { Context } from '../context.ts';
import { accountIssue } from '../deliveries/account-issue.ts';
import { describeAccount } from '../deliveries/describe-account.ts';
import { type FailedLater, listDeliveriesFailedLater, resendFailed } from '../deliveries/resend-failed.ts';
import { findIssueNamed } from '../issues/find-issue.ts';
import { getIssue, type Issue } from '../issues/queries.ts';
import { Failure } from '../start/failure.ts';
import { insistOnConfirmation, readDeliveryIds, readNote } from './decisions.ts';
import { accept, withContext } from './run-command.ts';
import { actor, print, printJson } from './terminal.ts';

export interface ResendOptions {
  delivery?: string[];
  /** Undefined only shows what failed. */
  note?: string;
  confirm?: string;
  json?: boolean;
}

/** `issue resend N`: shows accepted deliveries that failed at the provider, and with `--note` sends them again under new keys. */
export async function resend(number: number, options: ResendOptions): Promise<void> {
  await withContext(async (ctx) => {
    const issue = accept(await findIssueNamed(ctx.db, number));
    const failed = await listDeliveriesFailedLater(ctx, issue.id);
    if (options.note === undefined) return showFailed(failed, number, options.json);
    if (failed.length === 0) throw new Failure(`${nothingFailed(number)} Nothing was changed.`);
    await carryOut(ctx, issue, options);
  });
}

function showFailed(failed: FailedLater[], number: number, json: boolean | undefined): void {
  if (json) return printJson(failed);
  if (failed.length === 0) return print(nothingFailed(number));
  const rows = failed.map(({ id, address, reason, outcomeAt, resends }) => {
    const times = resends > 0 ? `sent again ${resends} x` : '';
    return [id, address ?? '(no address)', outcomeAt?.toISOString() ?? '', reason ?? '', times].join('  ').trimEnd();
  });
  print(
    [
      `${failed.length} of issue ${number} were accepted by the provider and failed there; see to the cause first:`,
      ...rows,
      `\`issue resend ${number} --note WHY [--delivery ID...]\` sends them once more.`,
    ].join('\n'),
  );
}

function nothingFailed(number: number): string {
  return `Of issue ${number} nothing that was accepted has failed at the provider.`;
}

async function carryOut(ctx: Context, issue: Issue, options: ResendOptions): Promise<void> {
  const note = readNote(options.note);
  const deliveryIds = readDeliveryIds(options.delivery, `issue resend ${issue.number}`);
  await insistOnConfirmation(options.confirm);
  const done = accept(await resendFailed(ctx, { issueId: issue.id, deliveryIds, note, by: actor() }));
  if (done.count === 0) throw new Failure('None of these deliveries has failed at the provider; nothing was changed.');
  const account = await accountIssue(ctx.db, await getIssue(ctx.db, issue.id), ctx.clock.now());
  if (options.json) return printJson({ again: done.count, account });
  print(`${done.count} wait to be sent again; the service sends them, and so does \`issue send ${issue.number}\`.`);
  print(describeAccount(account));
}
