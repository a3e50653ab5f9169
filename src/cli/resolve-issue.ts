import type { Context } from '../context.ts';
import { accountIssue } from '../deliveries/account-issue.ts';
import { describeAccount } from '../deliveries/describe-account.ts';
import { finishIssue } from '../deliveries/finish-issue.ts';
import {
  type Decision,
  listDeliveriesUndecided,
  resolveUnknown,
  type UndecidedDelivery,
} from '../deliveries/resolve-unknown.ts';
import { findIssueNamed } from '../issues/find-issue.ts';
import { getIssue, type Issue } from '../issues/queries.ts';
import { Failure } from '../start/failure.ts';
import { insistOnConfirmation, readDeliveryIds, readNote } from './decisions.ts';
import { accept, withContext } from './run-command.ts';
import { actor, print, printJson } from './terminal.ts';

export interface ResolveOptions {
  /** Undefined only shows what is undecided. */
  decide?: Decision;
  delivery?: string[];
  note?: string;
  confirm?: string;
  json?: boolean;
}

/** `issue resolve N`: shows the deliveries only a person can decide on, and carries the decision out. */
export async function resolve(number: number, options: ResolveOptions): Promise<void> {
  await withContext(async (ctx) => {
    const issue = accept(await findIssueNamed(ctx.db, number));
    const undecided = await listDeliveriesUndecided(ctx, issue.id);
    if (options.decide === undefined) return showUndecided(undecided, number, options);
    if (undecided.length === 0) throw new Failure(`Issue ${number} has nothing to decide; nothing was changed.`);
    await carryOut(ctx, issue, options);
  });
}

function showUndecided(undecided: UndecidedDelivery[], number: number, { json, note }: ResolveOptions): void {
  if (note !== undefined) throw new Failure('--note goes with --decide; nothing was changed.', { exitStatus: 2 });
  if (json) return printJson(undecided);
  if (undecided.length === 0) return print(`Issue ${number} has nothing to decide.`);
  const rows = undecided.map(({ id, address, reason, firstSubmitAt }) =>
    [id, address ?? '(no address)', firstSubmitAt?.toISOString() ?? 'never called', reason ?? ''].join('  '),
  );
  print(
    [
      `${undecided.length} of issue ${number} may or may not have been mailed; look them up at the provider, then decide:`,
      ...rows,
      `\`issue resolve ${number} --decide accepted|failed|send-again --note WHY [--delivery ID...]\``,
    ].join('\n'),
  );
}

async function carryOut(ctx: Context, issue: Issue, options: ResolveOptions): Promise<void> {
  const { decide: decision, json } = options;
  if (decision === undefined) return;
  const note = readNote(options.note);
  const deliveryIds = readDeliveryIds(options.delivery, `issue resolve ${issue.number}`);
  if (decision === 'send-again') await insistOnConfirmation(options.confirm);
  const done = accept(await resolveUnknown(ctx, { issueId: issue.id, deliveryIds, decision, note, by: actor() }));
  if (done.count === 0) throw new Failure('None of these deliveries is undecided; nothing was changed.');
  await finishIssue(ctx, issue.id);
  const account = await accountIssue(ctx.db, await getIssue(ctx.db, issue.id), ctx.clock.now());
  if (json) return printJson({ decided: done.count, account });
  print(`Decided on ${done.count}: ${decision}.`);
  print(describeAccount(account));
}
