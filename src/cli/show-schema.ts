import { toJsonSchema } from '../comparisons/comparison-schema.ts';
import { printJson } from './terminal.ts';

/** `comparison schema`: one JSON document, without a database. */
export function showSchema(): void {
  printJson(toJsonSchema());
}
