import type { Context } from '../context.ts';

export interface Alert {
  /** What happened, as a word: `unknown-deliveries`, `sending-switched-off`. */
  code: string;
  /** One sentence for the operator, with what to do; no address in it. */
  sentence: string;
  entity: string;
  entityId: string | null;
}

/** Tells the operator: on the record (audit log) and in the log. */
export async function raiseAlert(ctx: Pick<Context, 'db' | 'log'>, alert: Alert): Promise<void> {
  const { code, sentence, entity, entityId } = alert;
  await ctx.db
    .insertInto('auditLog')
    .values({ actor: 'program', action: `alert:${code}`, entity, entityId, note: sentence })
    .execute();
  ctx.log.error({ alert: code, entity, entityId }, sentence);
}

/** The same, unless this alert stands on the record of this entity already. */
export async function raiseAlertOnce(ctx: Pick<Context, 'db' | 'log'>, alert: Alert): Promise<void> {
  const { code, entity, entityId } = alert;
  const told = await ctx.db
    .selectFrom('auditLog')
    .select('id')
    .where('entity', '=', entity)
    .where('entityId', '=', entityId)
    .where('action', '=', `alert:${code}`)
    .limit(1)
    .executeTakeFirst();
  if (told === undefined) await raiseAlert(ctx, alert);
}
