/** What is written about: comparisons and their versions; when it goes out: schedules and runs; issues up to their revisions. */
export const content = `
create table comparisons (
  id uuid primary key default gen_random_uuid(),
  slug text not null unique,
  left_slug text not null,
  right_slug text not null,
  url text,
  published_at timestamptz,
  first_imported_at timestamptz not null default now(),
  latest_version integer not null default 1 check (latest_version >= 1),
  check (left_slug <> right_slug)
);
create index comparisons_left on comparisons (left_slug);
create index comparisons_right on comparisons (right_slug);

create table comparison_versions (
  id uuid primary key default gen_random_uuid(),
  comparison_id uuid not null references comparisons (id),
  version integer not null check (version >= 1),
  -- What the page itself states, nothing taken from other pages.
  content jsonb not null,
  content_hash text not null,
  -- When the page said so: its publication for a first version, the import for later ones.
  stated_at timestamptz not null,
  imported_at timestamptz not null default now(),
  unique (comparison_id, version)
);

create table schedules (
  id uuid primary key default gen_random_uuid(),
  weekday smallint not null check (weekday between 1 and 7),
  hour smallint not null check (hour between 0 and 23),
  minute smallint not null default 0 check (minute between 0 and 59),
  time_zone text not null,
  draft_lead_hours integer not null default 24 check (draft_lead_hours between 1 and 144),
  grace_hours integer not null default 12 check (grace_hours between 1 and 144),
  picks_count integer not null default 7 check (picks_count between 1 and 12),
  minimum_picks_count integer not null default 1 check (minimum_picks_count >= 1),
  auto_approve boolean not null default false,
  paused_at timestamptz,
  -- Slots at or before this moment belong to the time before the schedule was made or last changed.
  starts_at timestamptz not null default now()
);

create table issues (
  id uuid primary key default gen_random_uuid(),
  -- Given to a draft, kept only by an issue that goes out.
  number integer unique check (number >= 1),
  state text not null check (state in ('draft', 'approved', 'sending', 'paused', 'sent', 'skipped', 'cancelled')),
  state_reason text,
  send_at timestamptz,
  subject text not null,
  preheader text not null,
  intro text,
  composed_at timestamptz not null default now(),
  composed_by text not null,
  approved_at timestamptz,
  revision_id uuid,
  frozen_at timestamptz,
  -- Which provider account the freeze bound the issue to.
  provider_identity text,
  subscribers_count integer,
  ineligible jsonb,
  resumed_at timestamptz,
  sent_at timestamptz,
  ended_at timestamptz,
  check (state not in ('approved', 'sending', 'paused', 'sent') or (number is not null and revision_id is not null)),
  check (state not in ('sending', 'paused', 'sent') or frozen_at is not null)
);
create unique index issues_one_open on issues ((true)) where state in ('draft', 'approved', 'sending', 'paused');

create table runs (
  id uuid primary key default gen_random_uuid(),
  schedule_id uuid not null references schedules (id),
  slot_at timestamptz not null,
  state text not null check (state in ('due', 'acted', 'expired', 'skipped')),
  reason text,
  issue_id uuid references issues (id),
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  unique (schedule_id, slot_at)
);

create table picks (
  issue_id uuid not null references issues (id),
  position integer not null check (position >= 1),
  comparison_id uuid not null references comparisons (id),
  comparison_version_id uuid not null references comparison_versions (id),
  score double precision not null,
  reasons jsonb not null,
  primary key (issue_id, position),
  unique (issue_id, comparison_id)
);
create index picks_comparison on picks (comparison_id);

create table revisions (
  id uuid primary key default gen_random_uuid(),
  issue_id uuid not null references issues (id),
  number integer not null,
  envelope jsonb not null,
  shell_html text not null,
  shell_text text not null,
  hash text not null,
  created_at timestamptz not null default now(),
  unique (issue_id, number)
);
alter table issues add foreign key (revision_id) references revisions (id);

create table cards (
  revision_id uuid not null references revisions (id),
  position integer not null,
  key text not null,
  html text not null,
  text text not null,
  primary key (revision_id, position)
);

create table variants (
  revision_id uuid not null references revisions (id),
  ordinal integer not null check (ordinal >= 1),
  card_positions integer[] not null,
  primary key (revision_id, ordinal)
);

create table approvals (
  id bigint generated always as identity primary key,
  issue_id uuid not null references issues (id),
  revision_id uuid not null references revisions (id),
  approved_by text not null,
  approved_at timestamptz not null default now(),
  voided_at timestamptz,
  voided_why text
);
`;
