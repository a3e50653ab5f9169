/** The ledger of one issue to one subscriber: batches, deliveries, provider calls, mails, and what the provider reported. */
export const ledger = `
create table batches (
  id uuid primary key default gen_random_uuid(),
  issue_id uuid not null references issues (id),
  ordinal integer not null,
  parent_id uuid references batches (id),
  state text not null check (state in
    ('waiting', 'calling', 'doubt', 'accepted', 'split', 'failed', 'unknown', 'blocked', 'excluded')),
  due_at timestamptz not null,
  -- When the next claim may happen; moves forward on Retry-After and back-off.
  ring_at timestamptz not null,
  revision_id uuid references revisions (id),
  -- Rises with every thaw; with the batch id it is the idempotency key.
  freeze_number integer not null default 0,
  -- Rises with every claim; fences late writers.
  attempt integer not null default 0,
  doubts integer not null default 0,
  body_sha256 text,
  lease_until timestamptz,
  first_submit_at timestamptz,
  -- Start of the first call of this freeze whose end is not known.
  doubt_since timestamptz,
  last_error text,
  created_at timestamptz not null default now(),
  unique (issue_id, ordinal)
);
create index batches_due on batches (ring_at) where state in ('waiting', 'calling', 'doubt');
create index batches_issue on batches (issue_id, state);

create table deliveries (
  id uuid primary key default gen_random_uuid(),
  issue_id uuid not null references issues (id),
  subscriber_id uuid not null references subscribers (id),
  address_hash text not null,
  variant integer not null,
  batch_id uuid not null references batches (id),
  batch_position integer not null,
  due_at timestamptz not null,
  state text not null default 'waiting' check (state in ('waiting', 'accepted', 'excluded', 'failed', 'unknown')),
  reason text,
  -- Copied at the claim: the bytes of a batch can be made again from here alone.
  address text,
  name text,
  accepted_at timestamptz,
  outcome text check (outcome in
    ('sent', 'delayed', 'delivered', 'failed', 'suppressed', 'bounced', 'complained')),
  outcome_at timestamptz,
  unique (issue_id, subscriber_id),
  unique (issue_id, address_hash),
  check (state <> 'excluded' or reason is not null),
  check ((state = 'accepted') = (accepted_at is not null)),
  check (outcome is null or state = 'accepted')
) with (fillfactor = 80);
create index deliveries_batch on deliveries (batch_id, batch_position);
create index deliveries_waiting on deliveries (issue_id) where state = 'waiting';
create index deliveries_subscriber on deliveries (subscriber_id);

create table mails (
  id uuid primary key default gen_random_uuid(),
  kind text not null check (kind in
    ('confirmation', 'reminder', 'welcome', 'sign-in', 'approval', 'test', 'alert')),
  subscriber_id uuid references subscribers (id),
  address text not null,
  subject text not null,
  html text not null,
  text text not null,
  headers jsonb not null default '{}',
  state text not null default 'waiting' check (state in ('waiting', 'calling', 'doubt', 'accepted', 'failed', 'unknown')),
  attempt integer not null default 0,
  ring_at timestamptz not null default now(),
  lease_until timestamptz,
  doubt_since timestamptz,
  reason text,
  created_at timestamptz not null default now(),
  accepted_at timestamptz
);
create index mails_due on mails (ring_at) where state in ('waiting', 'calling', 'doubt');

create table calls (
  id uuid primary key default gen_random_uuid(),
  batch_id uuid references batches (id),
  mail_id uuid references mails (id),
  attempt integer not null,
  idempotency_key text not null,
  body_sha256 text not null,
  mails_count integer not null check (mails_count between 1 and 100),
  started_at timestamptz not null,
  ended_at timestamptz,
  verdict text check (verdict in ('yes', 'no', 'doubt')),
  status integer,
  error_name text,
  error_message text,
  check ((batch_id is null) <> (mail_id is null))
);
create index calls_batch on calls (batch_id);
create index calls_mail on calls (mail_id);

create table provider_messages (
  provider_id text primary key,
  delivery_id uuid unique references deliveries (id),
  mail_id uuid unique references mails (id),
  recorded_at timestamptz not null default now(),
  check ((delivery_id is null) <> (mail_id is null))
);

create table provider_events (
  svix_id text primary key,
  type text not null,
  occurred_at timestamptz,
  received_at timestamptz not null default now(),
  payload jsonb not null,
  state text not null default 'received' check (state in ('received', 'parked', 'applied', 'ignored', 'foreign', 'mismatched')),
  note text,
  delivery_id uuid references deliveries (id),
  ring_at timestamptz not null default now(),
  attempts integer not null default 0,
  settled_at timestamptz
);
create index provider_events_due on provider_events (ring_at) where state in ('received', 'parked');
create index provider_events_delivery on provider_events (delivery_id);

create table sending_switch (
  id smallint primary key default 1 check (id = 1),
  is_on boolean not null default true,
  reason text,
  -- Set where the provider says when it takes mail again (a daily quota); else a person resumes.
  resumes_at timestamptz,
  changed_at timestamptz not null default now(),
  changed_by text not null,
  check (is_on or reason is not null)
);
insert into sending_switch (changed_by) values ('installation');

-- One row a lane: the next free moment for a provider call, shared by every process.
create table provider_pace (
  lane text primary key check (lane in ('batch', 'mail')),
  next_at timestamptz not null default now()
);
insert into provider_pace (lane) values ('batch'), ('mail');

create table provider_limits (
  id smallint primary key default 1 check (id = 1),
  -- Requests a second the provider last stated; null until it has.
  stated_rate double precision,
  hold_until timestamptz not null default now(),
  doubt_streak integer not null default 0
);
insert into provider_limits default values;
`;
