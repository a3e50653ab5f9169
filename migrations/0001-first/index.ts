import { type Kysely, sql } from 'kysely';
import { content } from './content.ts';
import { ledger } from './ledger.ts';
import { people } from './people.ts';
import { rules } from './rules.ts';

/** The whole schema of the first release. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const part of [people, content, ledger, rules]) await sql.raw(part).execute(db);
}
