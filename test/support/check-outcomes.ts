import { sql } from 'kysely';
import type { Db } from '../../src/database.ts';

/**
 * O6: a delivery's outcome is the furthest that was reported of it (of its newest mail, where a person had it sent again), among
 * equals the latest, and nothing else; who complained,
 * bounced for good or is suppressed at the provider is suppressed here, and nobody for a bounce that may pass.
 */
export async function checkOutcomes(db: Db): Promise<string[]> {
  const wrong = await sql<{ id: string; why: string }>`
    with reported as (
      select distinct on (delivery_id) delivery_id, replace(replace(type, 'email.', ''), 'delivery_', '') as outcome
      from provider_events e where state = 'applied' and delivery_id is not null
        and not exists (select from provider_messages m where m.provider_id = e.payload #>> '{data,email_id}'
          and m.superseded_at is not null)
      order by delivery_id, outcome_rank(replace(replace(type, 'email.', ''), 'delivery_', '')) desc,
        coalesce(occurred_at, received_at) desc, type desc),
    final as (
      select e.delivery_id as id, e.svix_id, e.type, lower(e.payload #>> '{data,bounce,type}') = 'permanent' as is_permanent
      from provider_events e where e.state = 'applied')
    select d.id, 'is ' || coalesce(d.outcome, 'nothing') || ' where ' || coalesce(r.outcome, 'nothing') || ' was reported' as why
      from deliveries d left join reported r on r.delivery_id = d.id where r.outcome is distinct from d.outcome
    union all
    select d.id, 'is not suppressed after ' || f.type from deliveries d join final f on f.id = d.id
      where (f.type in ('email.complained', 'email.suppressed') or (f.type = 'email.bounced' and f.is_permanent))
        and not exists (select 1 from suppressions p where p.address_hash = d.address_hash)
    union all
    select f.id, 'is suppressed by a bounce that may pass' from suppressions p join final f on f.svix_id = p.source
      where p.reason = 'bounced' and f.is_permanent is not true`.execute(db);
  return wrong.rows.map(({ id, why }) => `O6: delivery ${id} ${why}`);
}
