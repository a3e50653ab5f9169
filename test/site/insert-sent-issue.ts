import type { Db } from '../../src/database.ts';
import type { IssueState } from '../../src/issues/issue.ts';
import type { MailPick } from '../../src/issues/render/group-picks.ts';
import { insertRevision } from '../../src/issues/revision-queries.ts';
import { weekOne } from '../issues/render/sample-picks.ts';
import { sampleRevision } from '../issues/render/sample-revision.ts';

export interface SentIssue {
  number: number;
  state?: IssueState;
  picks?: MailPick[];
  sendAt?: Date;
  /** Key that the mail's unsubscribe links are signed with. */
  keyId?: string;
}

/** Stores an issue with a real revision, in a state that has one. */
export async function insertSentIssue(
  db: Db,
  { number, state = 'sent', picks = weekOne(), sendAt, keyId = 'k1' }: SentIssue,
): Promise<string> {
  const rendered = await sampleRevision(picks);
  const content = { ...rendered, envelope: { ...rendered.envelope, keyId } };
  const { subject, preheader } = content.envelope;
  return db.transaction().execute(async (tx) => {
    const { id } = await tx
      .insertInto('issues')
      .values({ number, state: 'draft', subject, preheader, composedBy: 'test', sendAt: sendAt ?? null })
      .returning('id')
      .executeTakeFirstOrThrow();
    const revisionId = await insertRevision(tx, id, content);
    const frozenAt = state === 'approved' ? null : (sendAt ?? new Date('2026-11-26T08:00:00Z'));
    await tx.updateTable('issues').set({ state, revisionId, frozenAt }).where('id', '=', id).execute();
    return id;
  });
}
