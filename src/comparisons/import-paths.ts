import { importComparison, type ImportContext, type ImportResult } from './import-comparison.ts';
import { listPageFiles, readPageFile } from './page-files.ts';
import { isRefusal, type Refusal } from '../platform/refusal.ts';

export interface PathsRequest {
  /** Files and folders, in the order they are taken. */
  paths: readonly string[];
  publishedAt?: Date | null;
  baseUrl?: string | null;
}

/** What became of one file, or of a path that could not be opened. */
export interface ImportedFile {
  path: string;
  result: ImportResult | Refusal;
}

export interface ImportCounts {
  new: number;
  changed: number;
  unchanged: number;
  refused: number;
}

/** Imports every page the paths stand for, telling `report` of each as it goes; a refused one does not stop the rest. */
export async function importComparisonPaths(
  ctx: ImportContext,
  request: PathsRequest,
  report: (file: ImportedFile) => void = () => {},
): Promise<ImportCounts> {
  const counts: ImportCounts = { new: 0, changed: 0, unchanged: 0, refused: 0 };
  for (const given of request.paths) {
    const files = await listPageFiles(given);
    for (const path of isRefusal(files) ? [given] : files) {
      const result = isRefusal(files) ? files : await importFile(ctx, path, request);
      counts[isRefusal(result) ? 'refused' : result.outcome] += 1;
      report({ path, result });
    }
  }
  return counts;
}

async function importFile(ctx: ImportContext, path: string, request: PathsRequest): Promise<ImportResult | Refusal> {
  const text = await readPageFile(path);
  if (isRefusal(text)) return text;
  return importComparison(ctx, { text, source: path, publishedAt: request.publishedAt, baseUrl: request.baseUrl });
}

/** One file's line on the terminal: `new  axolotl-v0-16-vs-gemma-3n`, with what changed, or why it was refused. */
export function describeImport({ result }: ImportedFile): string {
  if (isRefusal(result)) return `refused    ${result.sentence}`;
  const changes = result.changes.map((change) => `\n             ${change}`).join('');
  const version = result.outcome === 'changed' ? ` (version ${result.version})` : '';
  return `${result.outcome.padEnd(9)}  ${result.slug}${version}${changes}`;
}
