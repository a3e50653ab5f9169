import type { Context } from '../../context.ts';
import { raiseAlert } from '../../mails/raise-alert.ts';
import { inTransaction } from '../../platform/transaction.ts';
import { recordAudit } from '../../subscribers/audit.ts';

/** The sentence of a hold: what was found, what may come of it, and the way out. */
export function describeHold(findings: readonly string[]): string {
  return `Sending is held: ${findings.join('; ')}. Sent from here, an issue could reach people twice. Compare \`issue list\` with what went out; when this is the one installation that shall send, \`resume --after-restore\` notes what the provider has taken already of an issue approved here and goes on with the rest, and the picks of an issue that is unknown here do not come again, as far as the key may list what was sent. Leave a copy held, or set MAIL=sandbox there.`;
}

/** Switches all sending off so that a plain resume does not switch it on again; true when it was not held before. */
export async function holdSending(ctx: Context, findings: readonly string[]): Promise<boolean> {
  const reason = describeHold(findings);
  const isNews = await inTransaction(ctx.db, async (tx) => {
    const { hold } = await tx.selectFrom('sendingSwitch').select('hold').forUpdate().executeTakeFirstOrThrow();
    if (hold !== null) return false;
    const off = { isOn: false, hold: 'restored', reason, resumesAt: null } as const;
    await tx
      .updateTable('sendingSwitch')
      .set({ ...off, changedAt: ctx.clock.now(), changedBy: 'program' })
      .execute();
    await recordAudit(tx, { actor: 'program', action: 'sending-held', entity: 'sending', note: reason });
    return true;
  });
  if (isNews) await raiseAlert(ctx, { code: 'sending-held', sentence: reason, entity: 'sending', entityId: null });
  return isNews;
}
