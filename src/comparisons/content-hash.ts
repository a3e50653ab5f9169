import { createHash } from 'node:crypto';
import type { ComparisonPage } from './comparison.ts';

/** SHA-256, hex, over what a page states; the order of keys does not matter, the order of takes does. */
export function hashContent(page: ComparisonPage): string {
  return createHash('sha256').update(JSON.stringify(page, sortKeys)).digest('hex');
}

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
