import type { Context } from '../context.ts';
import { raiseAlert } from '../mails/raise-alert.ts';
import type { Refusal } from '../platform/refusal.ts';
import { checkProvider, findObstacle } from './check-provider.ts';

/**
 * Looks before the freeze whether the provider would take this issue's sender. Where it surely would not, the issue stays
 * approved with the sentence as its reason, the operator is told once, and the next tick looks again. A provider that cannot be
 * asked stops nothing here: what it refuses then switches sending off, and what it does not answer is doubt, as ever.
 */
export async function holdUnreadyIssue(
  ctx: Context,
  issueId: string,
): Promise<Refusal<'provider-unready'> | undefined> {
  const issue = await findIssueDue(ctx, issueId);
  if (issue === undefined) return undefined;
  const sentence = findObstacle(await checkProvider(ctx, issue.envelope.from));
  const isNews = await setReason(ctx, issueId, sentence ?? null);
  if (sentence === undefined) return undefined;
  if (isNews) {
    const held = `Issue ${issue.number} is held before anybody was chosen for it: ${sentence} It is looked at again each minute.`;
    await raiseAlert(ctx, { code: 'provider-unready', sentence: held, entity: 'issue', entityId: issueId });
  }
  return { refused: 'provider-unready', sentence: `Issue ${issue.number} is held: ${sentence}` };
}

async function findIssueDue({ db, clock }: Context, issueId: string) {
  return db
    .selectFrom('issues')
    .innerJoin('revisions', 'revisions.id', 'issues.revisionId')
    .select(['issues.number', 'revisions.envelope'])
    .where('issues.id', '=', issueId)
    .where('issues.state', '=', 'approved')
    .where('issues.sendAt', '<=', clock.now())
    .executeTakeFirst();
}

/** True when the reason is another one than before: of two processes only one tells the operator. */
async function setReason({ db }: Context, issueId: string, stateReason: string | null): Promise<boolean> {
  const changed = await db
    .updateTable('issues')
    .set({ stateReason })
    .where('id', '=', issueId)
    .where('state', '=', 'approved')
    .where('stateReason', 'is distinct from', stateReason)
    .executeTakeFirst();
  return changed.numUpdatedRows > 0n;
}
