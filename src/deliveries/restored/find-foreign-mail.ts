import { sql } from 'kysely';
import type { Context } from '../../context.ts';
import type { Db } from '../../database.ts';
import type { ListedMail, ProviderReader, Read } from '../../platform/provider-reader.ts';
import { isFrom, providerOf } from './provider-of.ts';

/** Provider pages that are read for a mail of our own sender: a second product on the account may fill the newest. */
const pagesLimit = 5;
const pageSize = 100;
/** Mails without a known id whose tags are asked for, one request each. */
const askedLimit = 20;
/** A call that ended without an answer explains a mail the provider took within so long of it, whatever the clocks say. */
const callWindowMs = 3_600_000;

export interface Foreign {
  /** The newest mail from our sender that this database cannot have sent; undefined when it knows them all. */
  mail: ListedMail | undefined;
  /** When the newest mail of the account was taken; null when there is none. */
  newestAt: Date | null;
}

/**
 * Looks at the provider's newest mails from our sender, those after `since`, for one that this database knows nothing of:
 * neither its id, nor a delivery that was handed over when it was taken.
 */
export async function findForeignMail(
  ctx: Pick<Context, 'config' | 'clock' | 'db'>,
  since: Date | null,
  signal?: AbortSignal,
): Promise<Read<Foreign>> {
  const provider = providerOf(ctx, signal);
  const listed = await listNewestOwn(ctx, provider, since);
  if (listed.kind !== 'read') return listed;
  const { own, newestAt } = listed.value;
  const known = await listKnownIds(
    ctx.db,
    own.map((mail) => mail.id),
  );
  for (const mail of spread(own.filter(({ id }) => !known.has(id)))) {
    const tags = await provider.readTags(mail.id);
    if (tags.kind === 'silent') return tags;
    // Gone from the provider meanwhile, or sent by hand from the same address: every mail of ours has tags.
    if (tags.kind === 'refused' || (tags.value !== undefined && !isTagged(tags.value))) continue;
    if (!(await isExplained(ctx.db, tags.value ?? {}, mail.createdAt)))
      return { kind: 'read', value: { mail, newestAt } };
  }
  return { kind: 'read', value: { mail: undefined, newestAt } };
}

interface NewestOwn {
  own: ListedMail[];
  newestAt: Date | null;
}

async function listNewestOwn(
  ctx: Pick<Context, 'config'>,
  provider: ProviderReader,
  since: Date | null,
): Promise<Read<NewestOwn>> {
  let newestAt: Date | null = null;
  let after: string | undefined;
  for (let pages = 1; pages <= pagesLimit; pages += 1) {
    const page = await provider.listMails({ limit: pageSize, ...(after === undefined ? {} : { after }) });
    if (page.kind !== 'read') return page;
    const { mails, hasMore } = page.value;
    newestAt ??= mails[0]?.createdAt ?? null;
    const recent = mails.filter(({ createdAt }) => since === null || createdAt > since);
    const own = recent.filter((mail) => isFrom(mail, ctx.config.mailFrom));
    after = mails.at(-1)?.id;
    if (own.length > 0 || recent.length < mails.length || !hasMore || after === undefined)
      return { kind: 'read', value: { own, newestAt } };
  }
  return { kind: 'read', value: { own: [], newestAt } };
}

/** The newest, and others evenly over the rest: one call in doubt may have brought a hundred. */
function spread(mails: ListedMail[]): ListedMail[] {
  const step = Math.max(1, mails.length / askedLimit);
  return mails.filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step));
}

async function listKnownIds(db: Db, ids: string[]): Promise<Set<string>> {
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
