import { importParsedPage, type ImportContext, type ImportResult } from './import-comparison.ts';
import { readPageDocument, type PageDocument, type ReadComparison } from './page-document.ts';
import { listPageSources, readPageSource } from './page-sources.ts';
import type { FetchRules } from '../platform/guarded-fetch.ts';
import { isRefusal, type Refusal } from '../platform/refusal.ts';

export interface PathsRequest {
  /** Files, folders and addresses, in the order they are taken. */
  paths: readonly string[];
  publishedAt?: Date | null;
  baseUrl?: string | null;
  /** For addresses, on top of the usual rules. */
  fetching?: Partial<FetchRules>;
}

/** What became of one comparison, or of a path or address that could not be read. */
export interface ImportedFile {
  path: string;
  result: ImportResult | Refusal;
}

export interface ImportCounts {
  new: number;
  changed: number;
  unchanged: number;
  refused: number;
  /** Of those that are in: dated in the future. */
  ahead: number;
}

/** Imports every page the paths stand for, telling `report` of each as it goes; a refused one does not stop the rest. */
export async function importComparisonPaths(
  ctx: ImportContext,
  request: PathsRequest,
  report: (file: ImportedFile) => void = () => {},
): Promise<ImportCounts> {
  const counts: ImportCounts = { new: 0, changed: 0, unchanged: 0, refused: 0, ahead: 0 };
  for (const given of request.paths) {
    const sources = await listPageSources(given);
    for (const path of isRefusal(sources) ? [given] : sources) {
      const results = isRefusal(sources) ? [sources] : importSource(ctx, path, request);
      for await (const result of results) {
        counts[isRefusal(result) ? 'refused' : result.outcome] += 1;
        if (!isRefusal(result) && result.isAhead) counts.ahead += 1;
        report({ path, result });
      }
    }
  }
  return counts;
}

/** What became of each comparison of one file or address, in order. */
async function* importSource(
  ctx: ImportContext,
  source: string,
  request: PathsRequest,
): AsyncGenerator<ImportResult | Refusal> {
  const document = await readPageSource(source, ctx.clock.now(), request.fetching);
  if (isRefusal(document)) return yield document;
  const comparisons = await readPageDocument(document);
  if (isRefusal(comparisons)) return yield comparisons;
  for (const comparison of comparisons) yield importRead(ctx, comparison, { ...request, document });
}

function importRead(
  ctx: ImportContext,
  { kind, source, parsed, warnings }: ReadComparison,
  { document, publishedAt, baseUrl }: PathsRequest & { document: PageDocument },
): Promise<ImportResult | Refusal> {
  const isStructured = kind === 'json' || kind === 'ndjson';
  // A document for programs is no page to send readers to.
  const fetchedFrom = isStructured ? null : document.address;
  return importParsedPage(ctx, parsed, { source, publishedAt, baseUrl, fetchedFrom, isStructured, warnings });
}

/** One file's line on the terminal: `new  axolotl-v0-16-vs-gemma-3n`, with what changed and what to know, or why it was refused. */
export function describeImport({ result }: ImportedFile): string {
  if (isRefusal(result)) return `refused    ${result.sentence}`;
  const changes = [...result.changes, ...result.warnings].map((line) => `\n             ${line}`).join('');
  const version = result.outcome === 'changed' ? ` (version ${result.version})` : '';
  return `${result.outcome.padEnd(9)}  ${result.slug}${version}${changes}`;
}
