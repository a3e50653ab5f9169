import { loadConfig } from '../config.ts';
import type { Context } from '../context.ts';
import { accountIssue } from '../deliveries/account-issue.ts';
import { describeAccount } from '../deliveries/describe-account.ts';
import { reconcile, type Reconciled } from '../events/reconcile.ts';
import { applyEvent } from '../events/apply-event.ts';
import { findIssueNamed } from '../issues/find-issue.ts';
import { getIssue } from '../issues/queries.ts';
import { Failure } from '../start/failure.ts';
import { accept, withContext } from './run-command.ts';
import { print, printJson, say } from './terminal.ts';

const roundCount = 100;
const pauseMs = 1_000;

/** `issue reconcile N`: asks the provider now what became of every mail of the issue that nobody has reported on. */
export async function reconcileIssue(number: number, { json }: { json?: boolean }): Promise<void> {
  if (loadConfig().isSandbox)
    throw new Failure('The sandbox keeps its events until they are taken: `start` is all it needs.');
  await withContext(async (ctx) => {
    const issue = accept(await findIssueNamed(ctx.db, number));
    const total = await askAll(ctx, issue.id);
    const account = await accountIssue(ctx.db, await getIssue(ctx.db, issue.id), ctx.clock.now());
    if (json) printJson({ ...total, account });
    else print(`Asked about ${total.asked}, learnt of ${total.learnt}.\n${describeAccount(account)}`);
    if (total.ended === 'refused')
      throw new Failure(`This key may not read what became of a mail (${total.words}): one with full access can.`);
    if (total.ended === 'silent')
      throw new Failure(`The provider does not answer (${total.words}); run it again to go on.`);
  });
}

async function askAll(ctx: Context, issueId: string): Promise<Reconciled> {
  const startedAt = ctx.clock.now();
  // What is learnt is applied here, so that the figures printed are those of the end.
  const onLearnt = async (svixId: string) => void (await applyEvent(ctx, svixId));
  const which = { issueId, acceptedBefore: startedAt, askedBefore: startedAt, limit: roundCount, onLearnt };
  const total: Reconciled = { asked: 0, learnt: 0, ended: 'done' };
  for (;;) {
    const round = await reconcile(ctx, which);
    total.asked += round.asked;
    total.learnt += round.learnt;
    if (round.asked > 0) say(`asked about ${total.asked}`);
    if (round.ended === 'stopped') {
      await ctx.clock.sleep(pauseMs);
      continue;
    }
    if (round.ended !== 'done' || round.asked < roundCount) return { ...round, ...total, ended: round.ended };
  }
}
