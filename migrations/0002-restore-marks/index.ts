import { type Kysely, sql } from 'kysely';

const marks = `
-- Restored from a dump on the same server, a database keeps the server's id; it, or this table in it, gets an oid of its own.
alter table installation add column database_oid text;
-- Null until this installation first got ready to send.
alter table installation add column marked_at timestamptz;
-- What the provider took up to here is settled with: by a person after a restore, or older than the installation.
alter table installation add column provider_seen_at timestamptz;

-- Held: only the command that settles the reason switches on again, never a plain resume.
alter table sending_switch add column hold text check (hold in ('restored'));
alter table sending_switch add constraint held_is_off check (hold is null or (not is_on and resumes_at is null));
`;

/** What tells a restored or copied database from the one that last sent, and a hold that a plain resume does not end. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(marks).execute(db);
}
