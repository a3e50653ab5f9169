import { z } from 'zod';
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
import { accept, withContext } from './run-command.ts';
import { actor, ask, print, printJson } from './terminal.ts';

export interface ResolveOptions {
  /** Undefined only shows what is undecided. */
  decide?: Decision;
  delivery?: string[];
  note?: string;
  confirm?: string;
  json?: boolean;
}

/** What must be typed before a mail that may have arrived is sent once more. */
const confirmation = 'send again';

/** `issue resolve N`: shows the deliveries only a person can decide on, and carries the decision out. */
export async function resolve(number: number, options: ResolveOptions): Promise<void> {
  await withContext(async (ctx) => {
    const issue = accept(await findIssueNamed(ctx.db, number));
    const undecided = await listDeliveriesUndecided(ctx, issue.id);
    if (options.decide === undefined || undecided.length === 0) return showUndecided(undecided, number, options.json);
    await carryOut(ctx, issue, options);
  });
}

function showUndecided(undecided: UndecidedDelivery[], number: number, json: boolean | undefined): void {
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
  const { decide: decision, delivery = [], note, json } = options;
  if (decision === undefined) return;
  if (note === undefined || note.trim() === '')
    throw new Failure('Say why with --note: it is kept with the decision.', { exitStatus: 2 });
  const odd = delivery.find((id) => !z.uuid().safeParse(id).success);
  if (odd !== undefined)
    throw new Failure(`${odd} is no delivery; \`issue resolve ${issue.number}\` lists their ids.`, { exitStatus: 2 });
  if (decision === 'send-again') await insistOnConfirmation(options.confirm);
  const deliveryIds = delivery.length > 0 ? delivery : 'all';
  const done = accept(await resolveUnknown(ctx, { issueId: issue.id, deliveryIds, decision, note, by: actor() }));
  if (done.count === 0) throw new Failure('None of these deliveries is undecided; nothing was changed.');
  await finishIssue(ctx, issue.id);
  const account = await accountIssue(ctx.db, await getIssue(ctx.db, issue.id), ctx.clock.now());
  if (json) return printJson({ decided: done.count, account });
  print(`Decided on ${done.count}: ${decision}.`);
  print(describeAccount(account));
}

async function insistOnConfirmation(given: string | undefined): Promise<void> {
  const typed = given ?? (await ask(`Whoever got it already gets it twice. Type "${confirmation}" to go on: `));
  if (typed?.trim() === confirmation) return;
  throw new Failure(`Nothing was changed: sending again needs the words "${confirmation}", typed or as --confirm.`, {
    exitStatus: 2,
  });
}
