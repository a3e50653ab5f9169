import type { Context } from '../context.ts';
import type { Db } from '../database.ts';
import { getRevision, type Revision } from '../issues/queries.ts';
import { type MailValues, type PreparedVariant, prepareVariant, writeBatch } from '../issues/render/assemble.ts';
import { firstNameOf } from '../subscribers/profile.ts';
import { createUnsubscribeToken, unsubscribeUrl } from '../subscribers/unsubscribe-token.ts';
import type { Member } from './queries.ts';

interface PreparedRevision {
  revision: Revision;
  issueId: string;
  archiveUrl: string;
  variants: Map<number, PreparedVariant>;
}

export interface BatchContent {
  revisionId: string;
  /** In body order; addresses are those copied onto the deliveries. */
  members: readonly Member[];
}

/** Revisions never change, so what was made ready of them is kept; the newest few. */
const prepared = new Map<string, Promise<PreparedRevision>>();
const preparedLimit = 4;

/** The bytes of one batch call: the same for the same revision, members and keys, in whatever process and version. */
export async function writeBatchBody(ctx: Context, db: Db, { revisionId, members }: BatchContent): Promise<Uint8Array> {
  const ready = await prepareRevision(db, revisionId);
  return writeBatch(
    members.map((member) => ({ variant: variantOf(ready, member.variant), values: valuesOf(ctx, ready, member) })),
  );
}

/** The values of one delivery's slots. */
function valuesOf(ctx: Context, { revision, issueId, archiveUrl }: PreparedRevision, member: Member): MailValues {
  const { publicUrl, keyId } = revision.envelope;
  const right = { subscriberId: member.subscriberId, deliveryId: member.id };
  return {
    to: member.address ?? '',
    unsubscribeUrl: unsubscribeUrl(publicUrl, createUnsubscribeToken(ctx.keys, right, keyId)),
    archiveUrl,
    firstName: firstNameOf(member.name),
    issueId,
    deliveryId: member.id,
  };
}

function variantOf(ready: PreparedRevision, ordinal: number): PreparedVariant {
  const variant = ready.variants.get(ordinal);
  if (variant === undefined) throw new Error(`revision ${ready.revision.id} has no variant ${ordinal}`);
  return variant;
}

async function prepareRevision(db: Db, revisionId: string): Promise<PreparedRevision> {
  const known = prepared.get(revisionId);
  if (known !== undefined) return known;
  const making = makeReady(db, revisionId);
  prepared.set(revisionId, making);
  making.catch(() => prepared.delete(revisionId));
  const oldest = prepared.keys().next().value;
  if (prepared.size > preparedLimit && oldest !== undefined) prepared.delete(oldest);
  return making;
}

async function makeReady(db: Db, revisionId: string): Promise<PreparedRevision> {
  const revision = await getRevision(db, revisionId);
  const issue = await db
    .selectFrom('issues')
    .select('number')
    .where('id', '=', revision.issueId)
    .executeTakeFirstOrThrow();
  const variants = revision.variants.map(
    ({ ordinal, cardPositions }) => [ordinal, prepareVariant(revision, cardPositions)] as const,
  );
  const archiveUrl = `${revision.envelope.publicUrl}/issues/${issue.number}`;
  return { revision, issueId: revision.issueId, archiveUrl, variants: new Map(variants) };
}

/** More than any address, name or token adds to a mail. */
const valuesBytes = 4_096;

/** Bytes the largest mail of a revision can take in a body. */
export async function measureLargestMail(db: Db, revisionId: string): Promise<number> {
  const { variants } = await prepareRevision(db, revisionId);
  const sizes = [...variants.values()].map(({ constantBytes }) => constantBytes);
  return Math.max(...sizes, 0) + valuesBytes;
}
