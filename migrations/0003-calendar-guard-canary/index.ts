import { type Kysely, sql } from 'kysely';

/** One issue a calendar week, edits of the schedule, and the guard and canary of a send. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const part of [calendar, canary, guard]) await sql.raw(part).execute(db);
}

const calendar = `
alter table schedules
  -- Rises with every edit: whoever edits names the version they saw.
  add column version integer not null default 1,
  add column canary_percent smallint not null default 5 check (canary_percent between 0 and 50),
  add column canary_from_count integer not null default 2000 check (canary_from_count between 100 and 100000000),
  add column canary_wait_minutes integer not null default 30 check (canary_wait_minutes between 1 and 1440),
  add column guard_on boolean not null default true;

-- Monday of the calendar week a slot belongs to, in the zone it was made in: 2026-11-23.
alter table runs add column week text check (week ~ '^\\d{4}-\\d{2}-\\d{2}$');
update runs set week = to_char(date_trunc('week', runs.slot_at at time zone s.time_zone), 'YYYY-MM-DD')
  from schedules s where s.id = runs.schedule_id;
-- Two of one week, from before there was a rule: the later one is left out of it.
update runs later set week = null where state in ('due', 'acted') and exists (
  select 1 from runs earlier where earlier.schedule_id = later.schedule_id and earlier.week = later.week
    and earlier.state in ('due', 'acted') and earlier.slot_at < later.slot_at);
create unique index runs_one_a_week on runs (schedule_id, week) where state in ('due', 'acted');
`;

const canary = `
alter table issues
  -- null: the issue has no canary. What waits for one has a due time that no clock reaches.
  add column canary_state text check (canary_state in ('going', 'waiting', 'held', 'passed', 'released')),
  add column canary_percent smallint,
  add column canary_count integer check (canary_count >= 1),
  -- Until when the rest waits; an estimate while the canary is still going out.
  add column canary_until timestamptz,
  add check ((canary_state is null) = (canary_count is null));
`;

/**
 * What was reported of an issue, counted as it comes in, so that nobody scans a million rows at each bounce. Sixteen rows an
 * issue share the counting; a deferred trigger takes a row's lock in the last moment of a transaction alone.
 */
const guard = `
alter table issues
  add column guard_tripped_at timestamptz,
  -- What had been reported when a person went on after the guard: it looks at what came later.
  add column guard_baseline jsonb;

create table outcome_counts (
  issue_id uuid not null references issues (id),
  shard smallint not null,
  -- Complained of and delivered both: who complains has got it.
  delivered bigint not null,
  bounced bigint not null,
  complained bigint not null,
  primary key (issue_id, shard)
) with (fillfactor = 50);

insert into outcome_counts (issue_id, shard, delivered, bounced, complained)
  select issue_id, 0, count(*) filter (where outcome in ('delivered', 'complained')),
    count(*) filter (where outcome = 'bounced'), count(*) filter (where outcome = 'complained')
  from deliveries where outcome is not null group by issue_id;

create function count_outcome() returns trigger language plpgsql as $$
declare
  delivered integer := (new.outcome in ('delivered', 'complained'))::integer
    - coalesce(old.outcome in ('delivered', 'complained'), false)::integer;
  bounced integer := (new.outcome = 'bounced')::integer - coalesce(old.outcome = 'bounced', false)::integer;
  complained integer := (new.outcome = 'complained')::integer - coalesce(old.outcome = 'complained', false)::integer;
begin
  if delivered = 0 and bounced = 0 and complained = 0 then return null; end if;
  insert into outcome_counts as c values (new.issue_id, pg_backend_pid() % 16, delivered, bounced, complained)
    on conflict (issue_id, shard) do update set delivered = c.delivered + excluded.delivered,
      bounced = c.bounced + excluded.bounced, complained = c.complained + excluded.complained;
  return null;
end $$;
create constraint trigger deliveries_counted after update of outcome on deliveries deferrable initially deferred
  for each row when (old.outcome is distinct from new.outcome and new.outcome <> 'sent')
  execute function count_outcome();
`;
