import { createReadStream } from 'node:fs';
import { access, constants, stat } from 'node:fs/promises';
import { toListJson, toShowJson } from '../comparisons/comparison-json.ts';
import { describeComparison, describeComparisons } from '../comparisons/describe-comparison.ts';
import { describeImport, importComparisonPaths } from '../comparisons/import-paths.ts';
import { findComparisonBySlug, listComparisons } from '../comparisons/queries.ts';
import { Failure } from '../start/failure.ts';
import { importSubscribers } from '../subscribers/import-subscribers.ts';
import { accept, withContext } from './run-command.ts';
import { print, printJson, say } from './terminal.ts';
import { countOf } from '../platform/count-of.ts';

/** `import comparisons FILE|DIR|URL...`. */
export async function importComparisonFiles(
  paths: string[],
  options: { publishedAt?: Date; baseUrl?: string },
): Promise<void> {
  const { publishedAt = null, baseUrl = null } = options;
  const counts = await withContext((ctx) => {
    const fetching = { allowHosts: ctx.config.importAllowHosts };
    return importComparisonPaths(ctx, { paths, publishedAt, baseUrl, fetching }, (file) => print(describeImport(file)));
  });
  const { new: added, changed, unchanged, refused, ahead } = counts;
  const dated = ahead === 0 ? '' : ` Dated in the future: ${ahead}.`;
  print(`${added} new, ${changed} changed, ${unchanged} unchanged, ${refused} refused.${dated}`);
  if (refused > 0) throw new Failure('What was refused is not in; the rest is.');
}

/** `import subscribers FILE`. */
export async function importSubscriberFile(file: string): Promise<void> {
  await refuseUnreadable(file);
  const report = await withContext(async (ctx) =>
    accept(
      await importSubscribers(ctx, {
        bytes: createReadStream(file),
        onRefused: (row) => say(`line ${row.line}: ${row.sentence}`),
      }),
    ),
  );
  const added = Object.entries(report.added).filter(([, count]) => count > 0);
  const came = added.length === 0 ? 'nobody new' : added.map(([state, count]) => `${count} ${state}`).join(', ');
  print(
    `${countOf(report.rows, 'row')}: ${came}; ${report.known} known already, left as they are; ${report.refused} refused.`,
  );
  if (report.refused > 0) throw new Failure(`Rows refused: ${report.refused}. Mend them and import the file again.`);
}

async function refuseUnreadable(file: string): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  if (found?.isDirectory()) throw new Failure(`${file} is a folder; name the CSV file in it.`, { exitStatus: 2 });
  await access(file, constants.R_OK).catch((cause: unknown) => {
    throw new Failure(`${file} cannot be read; check the name and your rights to it.`, { cause });
  });
}

/** `comparison list`. */
export async function listAllComparisons({ json }: { json?: boolean }): Promise<void> {
  const comparisons = await withContext((ctx) => listComparisons(ctx.db));
  if (json) printJson(toListJson(comparisons));
  else print(describeComparisons(comparisons));
}

/** `comparison show SLUG`. */
export async function showComparison(slug: string, { json }: { json?: boolean }): Promise<void> {
  const comparison = await withContext((ctx) => findComparisonBySlug(ctx.db, slug));
  if (comparison === undefined)
    throw new Failure(`There is no comparison ${slug}; \`comparison list\` shows those there are.`);
  if (json) printJson(toShowJson(comparison));
  else print(describeComparison(comparison));
}
