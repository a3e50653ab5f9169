import { sql } from 'kysely';
import type { Context } from '../../context.ts';
import type { Db } from '../../database.ts';
import type { ListedMail, ProviderReader, Read } from '../../platform/provider-reader.ts';
import { isFrom, providerOf } from './provider-of.ts';
import { groupBySubject } from './sort-by-issue.ts';

/** Provider pages that are read back to what this database knows: a hundred thousand mails of whoever shares the account. */
const pagesLimit = 1_000;
const pageSize = 100;
/** Mails without a known id whose tags are asked for, one request each. */
const askedLimit = 60;
/** The provider's clock and ours may differ by so much. */
const clockSlackMs = 600_000;
/** A call that ended without an answer explains a mail the provider took within so long of it, whatever the clocks say. */
const callWindowMs = 3_600_000;

export interface Foreign {
  /** The newest mail from our sender that this database cannot have sent, of those asked about; undefined when it knows them all. */
  mail: ListedMail | undefined;
  /** When the newest mail of the account was taken; null when there is none. */
  newestAt: Date | null;
  /** The list was read back to something this database knows, or to its end: what lies before came from here. */
  isWhole: boolean;
}

/**
 * Looks through what the provider took from our sender since this database last knew, for a mail that it knows nothing of: neither
 * its id, nor a delivery that was handed over when it was taken. Other mail of the account, and of the sender, may lie on top.
 */
export async function findForeignMail(
  ctx: Pick<Context, 'config' | 'clock' | 'db'>,
  signal?: AbortSignal,
): Promise<Read<Foreign>> {
  const provider = providerOf(ctx, signal);
  const listed = await listUnknownOwn(ctx, provider);
  if (listed.kind !== 'read') return listed;
  const { own, ...rest } = listed.value;
  for (const mail of choose(own)) {
    const tags = await provider.readTags(mail.id);
    if (tags.kind === 'silent') return tags;
    // Gone from the provider meanwhile, or sent by hand from the same address: every mail of ours has tags.
    if (tags.kind === 'refused' || (tags.value !== undefined && !isTagged(tags.value))) continue;
    if (!(await isExplained(ctx.db, tags.value ?? {}, mail.createdAt)))
      return { kind: 'read', value: { mail, ...rest } };
  }
  return { kind: 'read', value: { mail: undefined, ...rest } };
}

interface UnknownOwn extends Pick<Foreign, 'newestAt' | 'isWhole'> {
  /** From our sender, without an id that is known here; newest first. */
  own: ListedMail[];
}

async function listUnknownOwn(
  { config, db }: Pick<Context, 'config' | 'db'>,
  provider: ProviderReader,
): Promise<Read<UnknownOwn>> {
  const knownAt = await findKnownAt(db);
  const own: ListedMail[] = [];
  let newestAt: Date | null = null;
  let after: string | undefined;
  for (let pages = 1; pages <= pagesLimit; pages += 1) {
    const page = await provider.listMails({ limit: pageSize, ...(after === undefined ? {} : { after }) });
    if (page.kind !== 'read') return page;
    const { mails, hasMore } = page.value;
    newestAt ??= mails[0]?.createdAt ?? null;
    // A new installation knows of nothing, and nothing of what lies there is its own.
    if (knownAt === null) return { kind: 'read', value: { own, newestAt, isWhole: true } };
    const recent = mails.filter(({ createdAt }) => createdAt > knownAt);
    const ours = recent.filter((mail) => isFrom(mail, config.mailFrom));
    const known = await listKnownIds(db, ours);
    own.push(...ours.filter(({ id }) => !known.has(id)));
    after = mails.at(-1)?.id;
    if (known.size > 0 || recent.length < mails.length || !hasMore || after === undefined)
      return { kind: 'read', value: { own, newestAt, isWhole: true } };
  }
  return { kind: 'read', value: { own, newestAt, isWhole: false } };
}

/** The last moment of which this database knows what was sent; null where it has neither looked nor sent. */
async function findKnownAt(db: Db): Promise<Date | null> {
  const { rows } = await sql<{ knownAt: Date | null }>`
    select greatest(provider_seen_at, marked_at - ${slack}, (
      select max(started_at) from calls where batch_id is not null) - ${slack}) as known_at from installation`.execute(
    db,
  );
  return rows[0]?.knownAt ?? null;
}

const slack = sql`make_interval(secs => ${clockSlackMs / 1000})`;

/** Mails of one issue share a subject: of each, those with the most mails first, the newest, one from the middle and the oldest. */
function choose(mails: readonly ListedMail[]): ListedMail[] {
  return groupBySubject(mails)
    .flatMap((group) => [...new Set([group[0], group[Math.floor(group.length / 2)], group.at(-1)])])
    .filter((mail) => mail !== undefined)
    .slice(0, askedLimit);
}

async function listKnownIds(db: Db, mails: readonly ListedMail[]): Promise<Set<string>> {
  const ids = mails.map(({ id }) => id);
  const rows = await db.selectFrom('providerMessages').select('providerId').where('providerId', 'in', ids).execute();
  return new Set(rows.map((row) => row.providerId));
}

function isTagged(tags: Record<string, string>): boolean {
  return 'delivery_id' in tags || 'issue_id' in tags || 'mail_id' in tags;
}

/** Whether this database handed that delivery or mail over around then, though it may not know how the call ended. */
async function isExplained(db: Db, tags: Record<string, string>, createdAt: Date): Promise<boolean> {
  const { rows } = await sql<{ explained: boolean }>`
    select exists (
      select from deliveries d where d.id::text = ${tags.delivery_id ?? ''} and (d.state in ('accepted', 'unknown', 'failed')
        or d.state = 'waiting' and exists (select from calls c where c.batch_id = d.batch_id
          and abs(extract(epoch from c.started_at - ${createdAt}::timestamptz)) * 1000 <= ${callWindowMs}))
    ) or exists (select from mails m where m.id::text = ${tags.mail_id ?? ''} and m.attempt > 0) as explained`.execute(
    db,
  );
  return rows[0]?.explained === true;
}
