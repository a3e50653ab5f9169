import type { Context } from '../../context.ts';
import type { CarriedPick } from '../../issues/render/read-carried-picks.ts';
import { readCarriedNumber, readCarriedPicks } from '../../issues/render/read-carried-picks.ts';
import { listFrozenIds, type UnknownIssue } from '../../issues/unknown-issues.ts';
import type { ListedMail, ProviderReader, Read } from '../../platform/provider-reader.ts';
import type { OpenIssue } from './list-taken.ts';
import type { Stretch } from './sort-by-issue.ts';

/** Mails of one unknown issue whose content is asked for: readers may have had different picks. */
const readLimit = 10;
const uuidForm = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Mails of the provider's list, and what else is open here. */
export interface Looked {
  stretches: readonly Stretch[];
  open: OpenIssue | undefined;
}

/** The issues the provider took mails of that never went out as far as this database knows, each with what its mails carry. */
export async function findUnknownIssues(
  { db }: Pick<Context, 'db'>,
  provider: ProviderReader,
  { stretches, open }: Looked,
): Promise<Read<UnknownIssue[]>> {
  const byId = groupById(stretches);
  const known = await listFrozenIds(db, [...byId.keys()]);
  const unknown: UnknownIssue[] = [];
  for (const [id, mails] of byId) {
    if (known.has(id) || id === open?.id) continue;
    const carried = await readCarried(provider, mails);
    if (carried.kind !== 'read') return carried;
    unknown.push({ ...summarise(id, mails), ...carried.value });
  }
  return { kind: 'read', value: unknown.toSorted((one, other) => Number(one.firstAt) - Number(other.firstAt)) };
}

/** Something else on the account may tag its mails alike, but not with an id as ours are. */
function groupById(stretches: readonly Stretch[]): Map<string, ListedMail[]> {
  const byId = new Map<string, ListedMail[]>();
  for (const { issueId, mails } of stretches) {
    if (issueId == null || !uuidForm.test(issueId)) continue;
    byId.set(issueId, [...(byId.get(issueId) ?? []), ...mails]);
  }
  return byId;
}

function summarise(id: string, mails: ListedMail[]): Omit<UnknownIssue, 'picks' | 'number'> {
  const inOrder = mails.toSorted((one, other) => Number(one.createdAt) - Number(other.createdAt));
  const [first, last] = [inOrder[0], inOrder.at(-1)];
  if (first === undefined || last === undefined) throw new Error(`no mail names the issue ${id}`);
  return { id, subject: last.subject, mailsCount: mails.length, firstAt: first.createdAt, lastAt: last.createdAt };
}

type Carried = Pick<UnknownIssue, 'picks' | 'number'>;

async function readCarried(provider: ProviderReader, mails: ListedMail[]): Promise<Read<Carried>> {
  let number: number | null = null;
  const picks = new Map<string, CarriedPick>();
  for (const { id } of spread(mails)) {
    const html = await provider.readHtml(id);
    if (html.kind === 'silent') return html;
    if (html.kind !== 'read' || html.value === null) continue;
    number ??= readCarriedNumber(html.value);
    for (const pick of readCarriedPicks(html.value)) picks.set(`${pick.leftSlug} ${pick.rightSlug}`, pick);
  }
  return { kind: 'read', value: { number, picks: [...picks.values()] } };
}

/** The first, the last, and others evenly between. */
function spread(mails: ListedMail[]): ListedMail[] {
  if (mails.length <= readLimit) return mails;
  const step = (mails.length - 1) / (readLimit - 1);
  const places = new Set(Array.from({ length: readLimit }, (_, index) => Math.round(index * step)));
  return mails.filter((_, index) => places.has(index));
}
