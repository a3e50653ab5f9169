import type { Tx } from '../database.ts';
import { hashRevision, type RevisionContent } from './render/revision-content.ts';

/** The variant that shows every card; the only one until readers choose their topics. */
const everyCardVariant = 1;

/** Stores a rendering with its cards and the variant of all of them; answers its id. The issue must be locked. */
export async function insertRevision(tx: Tx, issueId: string, content: RevisionContent): Promise<string> {
  const { count } = await tx
    .selectFrom('revisions')
    .select((eb) => eb.fn.countAll<string>().as('count'))
    .where('issueId', '=', issueId)
    .executeTakeFirstOrThrow();
  const { id: revisionId } = await tx
    .insertInto('revisions')
    .values({
      issueId,
      number: Number(count) + 1,
      envelope: JSON.stringify(content.envelope),
      shellHtml: content.shellHtml,
      shellText: content.shellText,
      hash: hashRevision(content),
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  const cards = content.cards.map(({ position, key, html, text }) => ({ revisionId, position, key, html, text }));
  await tx.insertInto('cards').values(cards).execute();
  const cardPositions = cards.map((card) => card.position);
  await tx.insertInto('variants').values({ revisionId, ordinal: everyCardVariant, cardPositions }).execute();
  return revisionId;
}

/** Writes down who approved which revision. */
export async function insertApproval(
  tx: Tx,
  approval: { issueId: string; revisionId: string; by: string; at: Date },
): Promise<void> {
  const { issueId, revisionId, by, at } = approval;
  await tx.insertInto('approvals').values({ issueId, revisionId, approvedBy: by, approvedAt: at }).execute();
}
