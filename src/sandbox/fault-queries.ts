import { sql } from 'kysely';
import type { FaultAction, FaultRule, FaultTarget } from './fault-rule.ts';
import { faultRuleCountLimit, faultRuleSchema, isFaultFor, isFaultPlayed } from './fault-rule.ts';
import type { SandboxDb } from './tables.ts';

/** A rule as it stands, with the count of matching requests so far. */
export interface StandingFault {
  id: number;
  rule: FaultRule;
  seen: number;
  released: boolean;
}

/** The standing rules, oldest first. */
export async function listFaults(db: SandboxDb): Promise<StandingFault[]> {
  const rows = await db.selectFrom('faults').selectAll().orderBy('id').limit(faultRuleCountLimit).execute();
  return rows.map((row) => ({ ...row, rule: faultRuleSchema.parse(row.rule) }));
}

/** Adds a rule and answers its id; undefined when there are as many as may be. */
export async function insertFault(db: SandboxDb, rule: FaultRule): Promise<number | undefined> {
  const { count } = await db
    .selectFrom('faults')
    .select(sql<number>`count(*)::int`.as('count'))
    .executeTakeFirstOrThrow();
  if (count >= faultRuleCountLimit) return undefined;
  const row = await db
    .insertInto('faults')
    .values({ rule: JSON.stringify(rule) })
    .returning('id')
    .executeTakeFirstOrThrow();
  return row.id;
}

/** Takes rules away, one or all, and answers how many. Requests that one of them holds go on. */
export async function deleteFaults(db: SandboxDb, id?: number): Promise<number> {
  const query = db.deleteFrom('faults');
  const result = await (id === undefined ? query : query.where('id', '=', id)).executeTakeFirst();
  return Number(result.numDeletedRows);
}

/** Lets requests held by one rule, or by all, go on; later ones are not held any more. */
export async function releaseFaults(db: SandboxDb, id?: number): Promise<number> {
  const query = db.updateTable('faults').set({ released: true });
  const result = await (id === undefined ? query : query.where('id', '=', id)).executeTakeFirst();
  return Number(result.numUpdatedRows);
}

/** Whether a held request may go on: its rule was released or taken away. */
export async function isFaultReleased(db: SandboxDb, id: number): Promise<boolean> {
  const row = await db.selectFrom('faults').select('released').where('id', '=', id).executeTakeFirst();
  return row === undefined || row.released;
}

/** The fault to play on this request, counting it as one of the rule's; undefined for none. */
export async function takeFault(
  db: SandboxDb,
  target: FaultTarget,
): Promise<{ id: number; action: FaultAction } | undefined> {
  for (const { id, rule } of await listFaults(db)) {
    if (!isFaultFor(rule.match, target)) continue;
    const row = await db
      .updateTable('faults')
      .set({ seen: sql<number>`seen + 1` })
      .where('id', '=', id)
      .returning('seen')
      .executeTakeFirst();
    if (row !== undefined && isFaultPlayed(rule.match, row.seen)) return { id, action: rule.action };
  }
  return undefined;
}
