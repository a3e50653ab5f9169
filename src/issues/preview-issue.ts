import type { Context } from '../context.ts';
import { isRefusal, type Refusal } from '../platform/refusal.ts';
import { findSchedule } from '../schedule/queries.ts';
import { firstNameOf } from '../subscribers/profile.ts';
import { createUnsubscribeToken, unsubscribeUrl } from '../subscribers/unsubscribe-token.ts';
import { hashAddress, normaliseAddress } from '../suppressions/address.ts';
import { withIssueNamed } from './find-issue.ts';
import { getRevision, type Issue } from './queries.ts';
import { type DraftCheck, listBlocks, renderDraft } from './render-draft.ts';
import { type MailValues, readMail } from './render/assemble.ts';
import { checkRevision } from './render/check-revision.ts';
import type { RevisionContent } from './render/revision-content.ts';

export interface Preview {
  subject: string;
  preheader: string;
  html: string;
  text: string;
  headers: Record<string, string>;
  /** What is wrong with it; of a draft also what keeps it from being approved. */
  checks: DraftCheck[];
}

export type PreviewRefusal = Refusal;

type Reading = Pick<Context, 'config' | 'db' | 'keys' | 'pepper' | 'clock'>;

/** Of nobody: a link with it unsubscribes nobody and stands for no delivery. */
const zeros = '00000000-0000-0000-0000-000000000000';

interface Reader {
  address: string;
  name: string | null;
}

const nobody: Reader = { address: 'reader@example.com', name: null };

/**
 * The mail of an issue as the send would write it: a draft rendered now, or the stored revision. `as` gives it the values of
 * a subscriber, but for the unsubscribe link: whoever tries the links of a preview unsubscribes nobody.
 */
export async function previewIssue(
  ctx: Reading,
  { number, as }: { number: number; as?: string },
): Promise<Preview | PreviewRefusal> {
  const reader = as === undefined ? nobody : await findReader(ctx, as);
  if (isRefusal(reader)) return reader;
  return withIssueNamed<Preview | PreviewRefusal>(ctx.db, number, async (issue) => {
    const { revision, checks } = await readRendering(ctx, issue);
    if (revision === null) return { refused: 'cannot-render', sentence: listBlocks(checks).join(' ') };
    const positions = revision.cards.map((card) => card.position);
    const { html, text, headers } = readMail(revision, positions, valuesOf(ctx, { revision, issue, reader }));
    const { subject, preheader } = revision.envelope;
    return { subject, preheader, html, text, headers, checks };
  });
}

async function readRendering(
  ctx: Reading,
  issue: Issue,
): Promise<{ revision: RevisionContent | null; checks: DraftCheck[] }> {
  if (issue.revisionId !== null) {
    const revision = await getRevision(ctx.db, issue.revisionId);
    return { revision, checks: checkRevision(revision, revision.envelope) };
  }
  const schedule = await findSchedule(ctx.db);
  return renderDraft(ctx, ctx.db, { issue, schedule, sendAt: issue.sendAt ?? ctx.clock.now() });
}

async function findReader({ db, pepper }: Reading, as: string): Promise<Reader | Refusal> {
  const address = normaliseAddress(as);
  if (isRefusal(address)) return address;
  const found = await db
    .selectFrom('subscribers')
    .select(['address', 'name'])
    .where('addressHash', '=', hashAddress(pepper, address))
    .executeTakeFirst();
  if (found !== undefined) return { address: found.address ?? address, name: found.name };
  return {
    refused: 'no-subscriber',
    sentence: 'No subscriber has this address; leave out --as, or import them first.',
  };
}

interface Shown {
  revision: RevisionContent;
  issue: Issue;
  reader: Reader;
}

function valuesOf({ keys }: Reading, { revision, issue, reader }: Shown): MailValues {
  const { publicUrl, keyId } = revision.envelope;
  const token = createUnsubscribeToken(keys, { subscriberId: zeros, deliveryId: zeros }, keyId);
  return {
    to: reader.address,
    unsubscribeUrl: unsubscribeUrl(publicUrl, token),
    archiveUrl: `${publicUrl}/issues/${issue.number}`,
    firstName: firstNameOf(reader.name),
    issueId: issue.id,
    deliveryId: zeros,
  };
}
