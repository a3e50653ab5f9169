import type { Context } from '../../context.ts';
import type { Db } from '../../database.ts';
import type { ListedMail, ProviderReader, Read } from '../../platform/provider-reader.ts';
import { isFrom, providerOf } from './provider-of.ts';

const pageSize = 100;
/** A million mails of the account; the provider keeps 30 days of them. */
const pagesLimit = 10_000;
/** The provider's clock and ours may differ by so much. */
const clockSlackMs = 600_000;

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
  newestAt: Date | null;
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

/** Reads the provider's list back to the open issue's approval. `onRead` is told how many mails were looked at so far. */
export async function listTaken(
  ctx: Context,
  issue: OpenIssue | undefined,
  onRead?: (count: number) => void,
): Promise<Read<TakenList>> {
  const provider = providerOf(ctx);
  const since = issue === undefined ? undefined : new Date(issue.approvedAt.getTime() - clockSlackMs);
  const listed = await listBack(provider, since, onRead);
  if (listed.kind !== 'read') return listed;
  const { mails, newestAt } = listed.value;
  if (issue === undefined) return { kind: 'read', value: { taken: undefined, newestAt } };
  const alike = mails.filter((mail) => isFrom(mail, issue.from) && mail.subject === issue.subject);
  const own = await keepOfIssue(provider, alike, issue.id);
  if (own.kind !== 'read') return own;
  const taken = own.value.length === 0 ? undefined : { issue, mails: own.value };
  return { kind: 'read', value: { taken, newestAt } };
}

async function listBack(
  provider: ProviderReader,
  since: Date | undefined,
  onRead?: (count: number) => void,
): Promise<Read<{ mails: ListedMail[]; newestAt: Date | null }>> {
  const mails: ListedMail[] = [];
  for (let pages = 1; ; pages += 1) {
    const after = mails.at(-1)?.id;
    const page = await provider.listMails({ limit: pageSize, ...(after === undefined ? {} : { after }) });
    if (page.kind !== 'read') return page;
    mails.push(...page.value.mails);
    onRead?.(mails.length);
    const oldest = page.value.mails.at(-1);
    const isEnough = since === undefined || oldest === undefined || oldest.createdAt < since || !page.value.hasMore;
    if (!isEnough && pages < pagesLimit) continue;
    const recent = mails.filter(({ createdAt }) => since !== undefined && createdAt >= since);
    return { kind: 'read', value: { mails: recent, newestAt: mails[0]?.createdAt ?? null } };
  }
}

/**
 * Two issues may share a subject: tags tell them apart. Issues go out one after the other, so where both ends of a stretch are of
 * one issue all of it is, and few mails need be asked for. A provider that keeps no tags leaves it at the subject.
 */
async function keepOfIssue(
  provider: ProviderReader,
  mails: ListedMail[],
  issueId: string,
): Promise<Read<ListedMail[]>> {
  const [newest, oldest] = [mails[0], mails.at(-1)];
  if (newest === undefined || oldest === undefined) return { kind: 'read', value: [] };
  const first = await readIssueId(provider, newest);
  if (first.kind !== 'read') return first;
  const last = oldest === newest ? first : await readIssueId(provider, oldest);
  if (last.kind !== 'read') return last;
  if (first.value === last.value)
    return { kind: 'read', value: first.value === undefined || first.value === issueId ? mails : [] };
  const middle = Math.ceil(mails.length / 2);
  const newer = await keepOfIssue(provider, mails.slice(0, middle), issueId);
  if (newer.kind !== 'read') return newer;
  const older = await keepOfIssue(provider, mails.slice(middle), issueId);
  return older.kind === 'read' ? { kind: 'read', value: [...newer.value, ...older.value] } : older;
}

async function readIssueId(provider: ProviderReader, { id }: ListedMail): Promise<Read<string | undefined>> {
  const tags = await provider.readTags(id);
  if (tags.kind !== 'read') return tags.kind === 'silent' ? tags : { kind: 'read', value: undefined };
  return { kind: 'read', value: tags.value?.issue_id };
}
