import type { Comparison } from '../comparisons/comparison.ts';
import { listResolvedVersions } from '../comparisons/queries.ts';
import type { Db } from '../database.ts';
import type { PickReasons } from './issue.ts';

/** One version of a comparison chosen for one issue. */
export interface IssuePick {
  position: number;
  comparisonId: string;
  versionId: string;
  version: number;
  score: number;
  reasons: PickReasons;
  comparison: Comparison;
}

/** The picks of an issue in their order, each with the comparison as it is shown. */
export async function listPicks(db: Db, issueId: string): Promise<IssuePick[]> {
  const rows = await db
    .selectFrom('picks')
    .innerJoin('comparisonVersions as versions', 'versions.id', 'picks.comparisonVersionId')
    .select(['picks.position', 'picks.comparisonId', 'versions.id as versionId', 'versions.version'])
    .select(['picks.score', 'picks.reasons'])
    .where('picks.issueId', '=', issueId)
    .orderBy('picks.position')
    .execute();
  const comparisons = await listResolvedVersions(
    db,
    rows.map((row) => row.versionId),
  );
  return rows.map((row) => {
    const comparison = comparisons.get(row.versionId);
    if (comparison === undefined)
      throw new Error(`pick ${row.position} names a version that is gone: ${row.versionId}`);
    return { ...row, comparison };
  });
}
