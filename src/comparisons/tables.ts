import type { ColumnType, Generated } from 'kysely';
import type { ComparisonPage } from './comparison.ts';

export interface ComparisonsTable {
  id: Generated<string>;
  slug: string;
  leftSlug: string;
  rightSlug: string;
  url: string | null;
  publishedAt: Date | null;
  firstImportedAt: Generated<Date>;
  latestVersion: Generated<number>;
}

export interface ComparisonVersionsTable {
  id: Generated<string>;
  comparisonId: string;
  version: number;
  content: ColumnType<ComparisonPage, string, never>;
  contentHash: string;
  statedAt: Date;
  importedAt: Generated<Date>;
}
