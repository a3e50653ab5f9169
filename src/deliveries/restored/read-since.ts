import { sql } from 'kysely';
import type { Context } from '../../context.ts';
import type { OpenIssue } from './list-taken.ts';

/** The provider's clock and ours may differ by so much. */
const clockSlackMs = 600_000;

/**
 * How far back the provider's list tells something new: to the last mails this database knows of, settled with or handed over
 * to this account, and to the open issue's approval. Undefined where it knows of none: as far as the list goes.
 */
export async function findReadSince(
  { db, mailer }: Pick<Context, 'db' | 'mailer'>,
  issue: OpenIssue | undefined,
): Promise<Date | undefined> {
  const found = await sql<{ knownAt: Date | null }>`
    select greatest(n.provider_seen_at, (
      select max(c.started_at) from calls c join batches b on b.id = c.batch_id join issues i on i.id = b.issue_id
      where i.provider_identity = ${mailer.identity})) as known_at
    from installation n`.execute(db);
  const knownAt = found.rows[0]?.knownAt ?? null;
  if (knownAt === null) return undefined;
  const known = knownAt.getTime();
  return new Date(Math.min(known, issue?.approvedAt.getTime() ?? known) - clockSlackMs);
}
