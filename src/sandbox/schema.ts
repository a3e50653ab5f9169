import { type Kysely, sql } from 'kysely';
import { openDb } from '../platform/db.ts';
import type { SandboxDatabase, SandboxDb } from './tables.ts';

/** Any number that no other advisory lock of this installation uses. */
const schemaLock = 7_263_401;

const ddl = `
create schema if not exists sandbox;
create table if not exists sandbox.requests (
  id integer generated always as identity primary key,
  method text not null, path text not null, idempotency_key text,
  body_hash text not null, body_length integer not null,
  outcome text not null default 'running', status integer, error_name text, fault text,
  mail_count integer not null default 0,
  started_at timestamptz not null, finished_at timestamptz
);
create table if not exists sandbox.idempotency (
  endpoint text not null, key text not null, body_hash text not null,
  status integer not null, answer text not null, accepted_at timestamptz not null,
  primary key (endpoint, key)
);
create table if not exists sandbox.mails (
  seq integer generated always as identity primary key,
  id uuid not null unique, request_id integer not null references sandbox.requests, position integer not null,
  idempotency_key text, from_address text not null, to_addresses jsonb not null,
  cc jsonb not null, bcc jsonb not null, reply_to jsonb not null,
  subject text not null, html text, text text, headers jsonb not null, tags jsonb not null,
  message_id text not null, accepted_at timestamptz not null
);
create index if not exists mails_accepted_at on sandbox.mails (accepted_at);
create table if not exists sandbox.events (
  seq integer generated always as identity primary key,
  id text not null unique, mail_id uuid references sandbox.mails (id) on delete cascade,
  type text not null, payload text not null, occurred_at timestamptz not null,
  next_at timestamptz, claimed_until timestamptz, attempts integer not null default 0,
  last_status text, delivered_at timestamptz
);
create index if not exists events_due on sandbox.events (next_at) where next_at is not null;
create index if not exists events_of_mail on sandbox.events (mail_id, occurred_at);
create table if not exists sandbox.faults (
  id integer generated always as identity primary key,
  rule jsonb not null, seen integer not null default 0, released boolean not null default false
);
create table if not exists sandbox.rate_windows (second bigint primary key, used integer not null);
create table if not exists sandbox.settings (name text primary key, value integer not null);
create table if not exists sandbox.domains (
  name text primary key, id uuid not null default gen_random_uuid(),
  status text not null, created_at timestamptz not null default now()
);
insert into sandbox.domains (name, status) values ('example.com', 'verified') on conflict do nothing;
`;

/** A pool whose queries go to schema `sandbox`; end it with `destroy()`. */
export function openSandboxDb(url: string, max = 10): SandboxDb {
  return openDb<SandboxDatabase>(url, { max, applicationName: 'verdicts-sandbox' }).withSchema('sandbox');
}

/** Creates schema `sandbox` and its tables where they are missing; several processes may do so at once. */
export async function ensureSandboxSchema<Tables>(db: Kysely<Tables>): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(${schemaLock})`.execute(tx);
    await sql.raw(ddl).execute(tx);
  });
}
