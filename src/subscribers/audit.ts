import type { Tx } from '../database.ts';

/** One act of a person or of the program that somebody may ask about later. */
export interface Audit {
  /** Who: a name or address of a person, or a part of the program such as `schedule`. */
  actor: string;
  /** What was done, as a verb: `approve`, `pause`, `resolve`. */
  action: string;
  /** Kind of thing it was done to: `issue`, `delivery`, `subscriber`. */
  entity: string;
  entityId?: string | null;
  before?: unknown;
  after?: unknown;
  note?: string | null;
}

/** Writes the act down in the transaction that does it, so that neither is there without the other; never changed afterwards. */
export async function recordAudit(tx: Tx, audit: Audit): Promise<void> {
  await tx
    .insertInto('auditLog')
    .values({
      actor: audit.actor,
      action: audit.action,
      entity: audit.entity,
      entityId: audit.entityId ?? null,
      before: toJson(audit.before),
      after: toJson(audit.after),
      note: audit.note ?? null,
    })
    .execute();
}

function toJson(value: unknown): string | null {
  return value === undefined || value === null ? null : JSON.stringify(value);
}
