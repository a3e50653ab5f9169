import { type Kysely, sql } from 'kysely';

const again = `
-- How often a person has had it sent again after the provider had accepted it and then failed to send it.
alter table deliveries add column resends smallint not null default 0;

-- A delivery sent again has another id at the provider: one at a time counts, events about the ones before change no outcome.
alter table provider_messages
  add column superseded_at timestamptz,
  -- When the provider was last asked what became of it.
  add column asked_at timestamptz;
alter table provider_messages drop constraint provider_messages_delivery_id_key;
create unique index provider_messages_delivery on provider_messages (delivery_id) where superseded_at is null;
create index provider_messages_superseded on provider_messages (delivery_id) where superseded_at is not null;
`;

/** The one way back: accepted, failed at the provider for all we know, and a person who says "again". */
const forward = `
create or replace function deliveries_only_forward() returns trigger language plpgsql as $$
declare
  is_sent_again boolean := old.state = 'accepted' and old.outcome = 'failed' and new.state = 'waiting'
    and new.outcome is null and new.resends = old.resends + 1;
begin
  if is_sent_again then return new; end if;
  if old.state <> new.state and not (
       old.state = 'waiting'
    or (old.state = 'unknown' and new.state in ('accepted', 'failed', 'waiting'))
    or (old.state = 'failed' and new.state = 'accepted')) then
    raise exception 'delivery % cannot go from % to %', old.id, old.state, new.state using errcode = 'restrict_violation';
  end if;
  if outcome_rank(new.outcome) < outcome_rank(old.outcome) then
    raise exception 'delivery % outcome cannot go from % to %', old.id, old.outcome, new.outcome using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
`;

/** Sending again what the provider accepted and then failed, and asking it what became of a mail nobody reported on. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(again).execute(db);
  await sql.raw(forward).execute(db);
}
