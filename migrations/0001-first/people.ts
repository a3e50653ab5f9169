/** The installation itself, its settings and audit trail, and the people: subscribers, consent, suppressions. */
export const people = `
create table installation (
  id smallint primary key default 1 check (id = 1),
  -- Keys the address hashes. Made once; losing it would forget every suppression.
  pepper bytea not null check (length(pepper) >= 32),
  -- Ids of every key that ever signed a token; start refuses when one is missing from SECRET.
  key_ids text[] not null default '{}',
  database_system_id text,
  timeline integer,
  public_url text,
  created_at timestamptz not null default now()
);

create table settings (
  key text primary key,
  value jsonb not null,
  updated_at timestamptz not null default now(),
  updated_by text not null
);

create table audit_log (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  actor text not null,
  action text not null,
  entity text not null,
  entity_id text,
  before jsonb,
  after jsonb,
  note text
);
create index audit_log_entity on audit_log (entity, entity_id, at);

create table subscribers (
  id uuid primary key default gen_random_uuid(),
  address text,
  -- HMAC-SHA256 of the normal form of the address under the pepper, hex.
  address_hash text not null unique check (address_hash ~ '^[0-9a-f]{64}$'),
  name text check (length(name) <= 200),
  state text not null check (state in ('pending', 'active', 'unsubscribed', 'erased')),
  time_zone text not null default 'UTC',
  topics text[] not null default '{}',
  paused_until timestamptz,
  -- Imported pending people are kept; a sign-up that is never confirmed is pruned.
  prunable boolean not null default false,
  created_at timestamptz not null default now(),
  confirmed_at timestamptz,
  unsubscribed_at timestamptz,
  erased_at timestamptz,
  check ((state = 'erased') = (address is null))
);
create index subscribers_state on subscribers (state);

create table consents (
  id bigint generated always as identity primary key,
  subscriber_id uuid not null references subscribers (id),
  kind text not null check (kind in ('asked', 'confirmed', 'withdrawn')),
  at timestamptz not null,
  recorded_at timestamptz not null default now(),
  source text not null,
  method text not null,
  ip inet,
  wording text,
  delivery_id uuid
);
create index consents_subscriber on consents (subscriber_id, at);

create table confirmations (
  token_hash bytea primary key,
  subscriber_id uuid not null references subscribers (id),
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz
);

create table suppressions (
  id bigint generated always as identity primary key,
  address_hash text not null check (address_hash ~ '^[0-9a-f]{64}$'),
  reason text not null check (reason in ('bounced', 'complained', 'provider', 'manual')),
  source text not null,
  created_at timestamptz not null default now(),
  lifted_at timestamptz,
  lifted_by text,
  lifted_why text,
  check ((lifted_at is null) = (lifted_by is null) and (lifted_at is null) = (lifted_why is null))
);
create unique index suppressions_standing on suppressions (address_hash) where lifted_at is null;
create index suppressions_address on suppressions (address_hash);
`;
