import { fileURLToPath } from 'node:url';
import { importComparisonPaths } from '../../src/comparisons/import-paths.ts';
import { approveIssue } from '../../src/issues/approve-issue.ts';
import { composeIssue } from '../../src/issues/compose-issue.ts';
import { previewIssue, type Preview } from '../../src/issues/preview-issue.ts';
import { createTestContext, type TestContext } from '../issues/test-context.ts';
import { unwrap } from './scene.ts';
import { createTestDatabase } from './test-database.ts';

const weeks = [
  { folder: 'week-1', composedAt: '2026-11-16T08:00:00Z' },
  { folder: 'week-2', composedAt: '2026-11-23T08:00:00Z' },
];

/** The mails of both sample issues, as the program would send them to a reader without a name on two Mondays. */
export async function renderSampleIssues(): Promise<Preview[]> {
  const test = await createTestDatabase();
  try {
    const ctx = createTestContext(test.db, '2026-11-16T08:00:00Z');
    const previews: Preview[] = [];
    for (const week of weeks) previews.push(await renderWeek(ctx, week));
    return previews;
  } finally {
    await test.drop();
  }
}

async function renderWeek(ctx: TestContext, { folder, composedAt }: (typeof weeks)[number]): Promise<Preview> {
  ctx.setNow(composedAt);
  const path = fileURLToPath(new URL(`../../src/demo/samples/${folder}`, import.meta.url));
  await importComparisonPaths(ctx, { paths: [path], publishedAt: null, baseUrl: null }, () => {});
  const composed = unwrap(await composeIssue(ctx, { by: 'test' }));
  if ('skipped' in composed) throw new Error(`${folder} has nothing new`);
  const number = composed.issue.number ?? 0;
  unwrap(await approveIssue(ctx, { number, by: 'test' }));
  const preview = unwrap(await previewIssue(ctx, { number }));
  await ctx.db
    .updateTable('issues')
    .set({ state: 'sent', frozenAt: ctx.clock.now() })
    .where('id', '=', composed.issue.id)
    .execute();
  return preview;
}
