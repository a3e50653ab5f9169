import { type Kysely, sql } from 'kysely';

const unknown = `
-- Mails the provider took of an issue that never went out as far as this database knows: sent after the backup it comes from.
create table unknown_issues (
  -- As the mails' tag names it.
  id uuid primary key,
  -- As its readers know it; null where no mail of it could be read.
  number integer,
  subject text not null,
  mails_count integer not null check (mails_count >= 1),
  first_at timestamptz not null,
  last_at timestamptz not null,
  noted_at timestamptz not null,
  check (first_at <= last_at)
);

-- What its mails carry, by what a mail tells of a comparison: its tools in either order, and its page where it has one. No
-- reference to comparisons: what was imported after the backup too is not here, and comes in again.
create table unknown_picks (
  unknown_issue_id uuid not null references unknown_issues (id),
  left_slug text not null,
  right_slug text not null,
  link text,
  primary key (unknown_issue_id, left_slug, right_slug)
);
`;

/** What went out of issues this database does not have, so that it does not go out again. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(unknown).execute(db);
}
