import { sql } from 'kysely';
import type { Tx } from '../database.ts';
import { ineligibleReasonSql } from '../subscribers/eligibility.ts';
import { heldDueAt } from './canary.ts';
import { deliveryIdSql, derivedIdSql } from './derived-id.ts';

export interface AudiencePlan {
  issueId: string;
  now: Date;
  dueAt: Date;
  eligible: number;
  /** Mails a batch at most. */
  size: number;
  /** How many go ahead in batches of their own; 0 = none. */
  canaryCount: number;
  /** When the rest may follow at the earliest. */
  restPlannedAt: Date;
}

/**
 * Writes an issue's batches and deliveries; answers how many batches. The canary is spread over the whole audience and another one
 * in each issue: it is drawn by the ids of its deliveries, which follow from issue and subscriber. Frozen again it is the same.
 */
export async function insertAudience(tx: Tx, plan: AudiencePlan): Promise<number> {
  const { eligible, size, canaryCount } = plan;
  const canaryBatches = Math.ceil(canaryCount / size);
  const batches = canaryBatches + Math.ceil((eligible - canaryCount) / size);
  await insertBatches(tx, plan, { batches, canaryBatches });
  await insertDeliveries(tx, plan, canaryBatches);
  return batches;
}

async function insertBatches(
  tx: Tx,
  { issueId, dueAt, canaryCount }: AudiencePlan,
  { batches, canaryBatches }: { batches: number; canaryBatches: number },
): Promise<void> {
  const firstHeld = canaryCount === 0 ? batches + 1 : canaryBatches + 1;
  await sql`
    insert into batches (id, issue_id, ordinal, state, due_at, ring_at)
    select ${derivedIdSql(issueId, sql`ordinal`)}, ${issueId}, ordinal, 'waiting', due, due
    from generate_series(1, ${batches}::integer) ordinal,
      lateral (select case when ordinal < ${firstHeld} then ${dueAt}::timestamptz else ${heldDueAt} end as due) d`.execute(
    tx,
  );
}

async function insertDeliveries(tx: Tx, plan: AudiencePlan, canaryBatches: number): Promise<void> {
  const { issueId, dueAt, size, canaryCount, restPlannedAt, now } = plan;
  const isAhead =
    canaryCount === 0
      ? sql`false`
      : sql`row_number() over (order by right(person.delivery_id::text, 12), person.id) <= ${canaryCount}`;
  await sql`
    insert into deliveries (id, issue_id, subscriber_id, address_hash, variant, batch_id, batch_position, due_at)
    select p.delivery_id, ${issueId}, p.id, p.address_hash, 1, b.id, p.place % ${size},
      case when p.is_rest and ${canaryCount > 0} then ${restPlannedAt} else ${dueAt}::timestamptz end
    from (
      select e.*, e.rank > ${canaryCount} as is_rest,
        case when e.rank > ${canaryCount} then e.rank - ${canaryCount} - 1 else e.rank - 1 end as place
      from (
        select drawn.*, row_number() over (order by not drawn.is_ahead, drawn.id) as rank
        from (
          select person.*, ${isAhead} as is_ahead
          from (
            select ${deliveryIdSql(issueId, sql`s.id`)} as delivery_id, s.id, s.address_hash
            from subscribers s where (${ineligibleReasonSql(now, 's')}) is null
          ) person
        ) drawn
      ) e
    ) p
    join batches b on b.issue_id = ${issueId}
      and b.ordinal = p.place / ${size} + 1 + case when p.is_rest then ${canaryBatches}::integer else 0 end`.execute(
    tx,
  );
}
