import type { Context } from '../../context.ts';
import type { Db } from '../../database.ts';
import type { UnknownIssue } from '../../issues/unknown-issues.ts';
import type { ListedMail, ProviderReader, Read } from '../../platform/provider-reader.ts';
import { findUnknownIssues } from './find-unknown-issues.ts';
import { isFrom, providerOf } from './provider-of.ts';
import { findReadSince } from './read-since.ts';
import { sortByIssue, type Stretch } from './sort-by-issue.ts';

const pageSize = 100;
/** A million mails of the account; the provider keeps 30 days of them. */
const pagesLimit = 10_000;
/** An issue that would go on being sent from here, and what its mails look like at the provider. */
export interface OpenIssue {
  id: string;
  number: number | null;
  state: 'approved' | 'sending' | 'paused';
  from: string;
  subject: string;
  approvedAt: Date;
}

/** What the provider has taken of the open issue since its approval. */
export interface Taken {
  issue: OpenIssue;
  mails: ListedMail[];
}

export interface TakenList {
  /** Undefined when no issue is open, or nothing of it was taken. */
  taken: Taken | undefined;
  unknown: UnknownIssue[];
  newestAt: Date | null;
  /** The provider names no tags, so that unknown issues cannot be told. */
  isUntagged: boolean;
  /** Mails of so many subjects that not all were asked for. */
  unaskedCount: number;
}

/** The issue that is approved, sending or paused; there is one at most. */
export async function findOpenIssue(db: Db): Promise<OpenIssue | undefined> {
  const row = await db
    .selectFrom('issues as i')
    .innerJoin('revisions as r', 'r.id', 'i.revisionId')
    .select(['i.id', 'i.number', 'i.state', 'i.approvedAt', 'r.envelope'])
    .where('i.state', 'in', ['approved', 'sending', 'paused'])
    .executeTakeFirst();
  if (row === undefined || row.approvedAt === null) return undefined;
  const { id, number, approvedAt, envelope } = row;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the query asks for these states alone
  const state = row.state as OpenIssue['state'];
  return { id, number, state, approvedAt, from: envelope.from, subject: envelope.subject };
}

/**
 * Reads the provider's list back to where it tells nothing new, and sorts our mails there by their issues. `onRead` is told how
 * many mails were looked at so far.
 */
export async function listTaken(
  ctx: Context,
  issue: OpenIssue | undefined,
  onRead?: (count: number) => void,
): Promise<Read<TakenList>> {
  const provider = providerOf(ctx);
  const listed = await listBack(provider, await findReadSince(ctx, issue), onRead);
  if (listed.kind !== 'read') return listed;
  const { mails, newestAt } = listed.value;
  const senders = [ctx.config.mailFrom, ...(issue === undefined ? [] : [issue.from])];
  const own = mails.filter((mail) => senders.some((from) => isFrom(mail, from)));
  const sorted = await sortByIssue(provider, own);
  if (sorted.kind !== 'read') return sorted;
  const { stretches, unaskedCount } = sorted.value;
  const unknown = await findUnknownIssues(ctx, provider, { stretches, open: issue });
  if (unknown.kind !== 'read') return unknown;
  const isUntagged = stretches.length > 0 && stretches.every(({ issueId }) => issueId === undefined);
  const taken = issue === undefined ? undefined : pickTaken(stretches, issue);
  return { kind: 'read', value: { taken, unknown: unknown.value, newestAt, isUntagged, unaskedCount } };
}

async function listBack(
  provider: ProviderReader,
  since: Date | undefined,
  onRead?: (count: number) => void,
): Promise<Read<{ mails: ListedMail[]; newestAt: Date | null }>> {
  const mails: ListedMail[] = [];
  const isNew = ({ createdAt }: ListedMail) => since === undefined || createdAt >= since;
  for (let pages = 1; ; pages += 1) {
    const after = mails.at(-1)?.id;
    const page = await provider.listMails({ limit: pageSize, ...(after === undefined ? {} : { after }) });
    if (page.kind !== 'read') return page;
    mails.push(...page.value.mails);
    onRead?.(mails.length);
    const oldest = page.value.mails.at(-1);
    const isEnough = oldest === undefined || !isNew(oldest) || !page.value.hasMore;
    if (!isEnough && pages < pagesLimit) continue;
    return { kind: 'read', value: { mails: mails.filter(isNew), newestAt: mails[0]?.createdAt ?? null } };
  }
}

/** A provider that keeps no tags leaves it at the subject. */
function pickTaken(stretches: readonly Stretch[], issue: OpenIssue): Taken | undefined {
  const isOfIssue = ({ issueId, mails: [mail] }: Stretch) =>
    issueId === issue.id ||
    (issueId === undefined && mail !== undefined && mail.subject === issue.subject && isFrom(mail, issue.from));
  const mails = stretches.filter(isOfIssue).flatMap((stretch) => stretch.mails);
  return mails.length === 0 ? undefined : { issue, mails };
}
