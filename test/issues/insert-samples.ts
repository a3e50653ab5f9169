import { createHash } from 'node:crypto';
import type { ComparisonPage, Tool } from '../../src/comparisons/comparison.ts';
import type { Db } from '../../src/database.ts';
import type { IssueState } from '../../src/issues/issue.ts';
import { sampleTool } from './sample-comparison.ts';

export interface SampleComparison {
  left?: string;
  right: string;
  publishedAt?: Date | null;
  firstImportedAt?: Date;
}

/** Stores a comparison with one version; answers their ids. */
export async function insertComparison(
  db: Db,
  { left = 'Axolotl', right, publishedAt = null, firstImportedAt = new Date('2026-11-20T00:00:00Z') }: SampleComparison,
): Promise<{ comparisonId: string; versionId: string }> {
  const content = pageOf(left, right);
  const { id: comparisonId } = await db
    .insertInto('comparisons')
    .values({
      slug: `${content.left.slug}-vs-${content.right.slug}`,
      leftSlug: content.left.slug,
      rightSlug: content.right.slug,
      url: null,
      publishedAt,
      firstImportedAt,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  const { id: versionId } = await db
    .insertInto('comparisonVersions')
    .values({
      comparisonId,
      version: 1,
      content: JSON.stringify(content),
      contentHash: createHash('sha256').update(JSON.stringify(content)).digest('hex'),
      statedAt: publishedAt ?? firstImportedAt,
      importedAt: firstImportedAt,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return { comparisonId, versionId };
}

function pageOf(leftName: string, rightName: string): ComparisonPage {
  return { title: `${leftName} vs ${rightName}`, left: toolOf(leftName, 3), right: toolOf(rightName, 4) };
}

function toolOf(name: string, ship: number): Tool {
  return sampleTool(name, {
    category: 'Models',
    tagline: `${name} in a line`,
    entry: 'free',
    pricing: 'Free',
    bestFor: `people who want ${name}`,
    shipPercent: ship * 25,
    panel: { ship, skip: 4 - ship },
    takes: [{ persona: 'builder', score: 80, verdict: 'ship', words: `${name} does what it says. It starts fast.` }],
  });
}

/** Stores an issue in a state with no picks; one that needs it gets an empty revision. */
export async function insertIssue(
  db: Db,
  issue: { number: number | null; state: IssueState },
): Promise<{ id: string }> {
  const inserted = await db
    .insertInto('issues')
    .values({
      number: issue.number,
      state: 'cancelled',
      subject: 'Subject',
      preheader: 'Preheader',
      composedBy: 'test',
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  const needsRevision = ['approved', 'sending', 'paused', 'sent'].includes(issue.state);
  const revisionId = needsRevision ? await insertRevision(db, inserted.id) : null;
  const isFrozen = ['sending', 'paused', 'sent'].includes(issue.state);
  await db
    .updateTable('issues')
    .set({ state: issue.state, revisionId, frozenAt: isFrozen ? new Date('2026-11-17T09:00:00Z') : null })
    .where('id', '=', inserted.id)
    .execute();
  return inserted;
}

async function insertRevision(db: Db, issueId: string): Promise<string> {
  const revision = await db
    .insertInto('revisions')
    .values({ issueId, number: 1, envelope: '{}', shellHtml: '', shellText: '', hash: '' })
    .returning('id')
    .executeTakeFirstOrThrow();
  await db.insertInto('approvals').values({ issueId, revisionId: revision.id, approvedBy: 'test' }).execute();
  return revision.id;
}
