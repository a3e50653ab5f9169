import type { Context } from '../context.ts';
import { raiseAlert } from '../mails/raise-alert.ts';

const reasons = {
  unknown: 'Whether it was sent is not known and the provider can no longer be asked safely',
  blocked: 'The bytes to be repeated are not those that were first sent under its key',
} as const;

/** Tells the operator of a batch that only a person can decide on, with the choices there are. */
export async function tellUndecided(ctx: Context, batchId: string, why: keyof typeof reasons): Promise<void> {
  const { number } = await ctx.db
    .selectFrom('issues')
    .innerJoin('batches', 'batches.issueId', 'issues.id')
    .select('issues.number')
    .where('batches.id', '=', batchId)
    .executeTakeFirstOrThrow();
  const sentence = `A batch of issue ${number} is ${why}. ${reasons[why]}: nothing of it is sent again by itself. \`issue resolve ${number}\` lists its mails; look them up at the provider, then decide: accepted, failed or send-again.`;
  await raiseAlert(ctx, { code: `batch-${why}`, sentence, entity: 'batch', entityId: batchId });
}
