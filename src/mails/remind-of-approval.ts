import type { Context } from '../context.ts';
import type { Db } from '../database.ts';
import { raiseAlert } from './raise-alert.ts';

const firstReminderHours = 3;

/** Tells the operator of a draft that nobody has approved: once three hours before its send time and once at it. */
export async function remindOfApproval(ctx: Context): Promise<void> {
  const now = ctx.clock.now();
  const soon = new Date(now.getTime() + firstReminderHours * 3_600_000);
  const drafts = await ctx.db
    .selectFrom('issues')
    .select(['id', 'number', 'sendAt'])
    .where('state', '=', 'draft')
    .where('sendAt', '<=', soon)
    .execute();
  for (const { id, number, sendAt } of drafts) {
    const isDue = sendAt !== null && sendAt <= now;
    const code = isDue ? 'approval-due' : 'approval-soon';
    if (await hasAlert(ctx.db, code, id)) continue;
    const when = isDue ? 'was to go out now' : `goes out at ${sendAt?.toISOString() ?? ''}`;
    const sentence = `Issue ${number} ${when} and nobody has approved it; \`issue approve ${number}\` does.`;
    await raiseAlert(ctx, { code, sentence, entity: 'issue', entityId: id });
  }
}

async function hasAlert(db: Db, code: string, issueId: string): Promise<boolean> {
  const found = await db
    .selectFrom('auditLog')
    .select('id')
    .where('entity', '=', 'issue')
    .where('entityId', '=', issueId)
    .where('action', '=', `alert:${code}`)
    .limit(1)
    .executeTakeFirst();
  return found !== undefined;
}
