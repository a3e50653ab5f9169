import type { ListedMail, ProviderReader, Read } from '../../platform/provider-reader.ts';

/** Subjects that are looked into, those with the most mails first: something else may write to each reader under one of its own. */
const subjectsLimit = 500;

/** Mails in one stretch of the list, newest first. `issueId` is null for what is of no issue, undefined where no tag is told. */
export interface Stretch {
  issueId: string | null | undefined;
  mails: ListedMail[];
}

export interface Sorted {
  stretches: Stretch[];
  /** Mails nobody asked for, of too many subjects. */
  unaskedCount: number;
}

type IssueIdReader = (mail: ListedMail) => Promise<Read<Stretch['issueId']>>;

/**
 * Sorts mails, newest first, by the issue their tag names. All of one issue have one subject and issues go out one after the
 * other, so where both ends and the middle of what shares a subject are of one issue all of it is: few are asked for.
 */
export async function sortByIssue(provider: ProviderReader, mails: ListedMail[]): Promise<Read<Sorted>> {
  const readIssueId = createIssueIdReader(provider);
  const groups = groupBySubject(mails);
  const stretches: Stretch[] = [];
  for (const group of groups.slice(0, subjectsLimit)) {
    const found = await cutIntoStretches(readIssueId, group);
    if (found.kind !== 'read') return found;
    stretches.push(...found.value);
  }
  const unaskedCount = groups.slice(subjectsLimit).reduce((sum, group) => sum + group.length, 0);
  return { kind: 'read', value: { stretches, unaskedCount } };
}

/** Mails by their subjects, the most frequent first; within one in their order. */
export function groupBySubject(mails: readonly ListedMail[]): ListedMail[][] {
  const groups = new Map<string, ListedMail[]>();
  for (const mail of mails) {
    const group = groups.get(mail.subject);
    if (group === undefined) groups.set(mail.subject, [mail]);
    else group.push(mail);
  }
  return [...groups.values()].toSorted((one, other) => other.length - one.length);
}

async function cutIntoStretches(readIssueId: IssueIdReader, mails: ListedMail[]): Promise<Read<Stretch[]>> {
  const middle = Math.ceil(mails.length / 2);
  const probes = [mails[0], mails[middle], mails.at(-1)].filter((mail) => mail !== undefined);
  const ids = new Set<Stretch['issueId']>();
  for (const probe of probes) {
    const id = await readIssueId(probe);
    if (id.kind !== 'read') return id;
    ids.add(id.value);
  }
  const [issueId] = ids;
  if (ids.size <= 1) return { kind: 'read', value: mails.length === 0 ? [] : [{ issueId, mails }] };
  const newer = await cutIntoStretches(readIssueId, mails.slice(0, middle));
  if (newer.kind !== 'read') return newer;
  const older = await cutIntoStretches(readIssueId, mails.slice(middle));
  return older.kind === 'read' ? { kind: 'read', value: [...newer.value, ...older.value] } : older;
}

/** Each mail is asked for once. A mail that is gone from the provider tells nothing. */
function createIssueIdReader(provider: ProviderReader): IssueIdReader {
  const known = new Map<string, Stretch['issueId']>();
  return async ({ id }) => {
    if (known.has(id)) return { kind: 'read', value: known.get(id) };
    const tags = await provider.readTags(id);
    if (tags.kind === 'silent') return tags;
    const named = tags.kind === 'read' ? tags.value : undefined;
    known.set(id, named === undefined ? undefined : (named.issue_id ?? null));
    return { kind: 'read', value: known.get(id) };
  };
}
