import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import type { Db } from '../database.ts';
import type { Refusal } from '../platform/refusal.ts';
import type { KeyRing } from '../platform/token.ts';

/**
 * The installation's own row, made at the first start: the pepper of the address hashes, and every key id that ever signed.
 * Refused when a key in use is missing from SECRET: links in mails already sent would die.
 */
export async function openInstallation(db: Db, keys: KeyRing): Promise<{ pepper: Buffer } | Refusal<'missing-key'>> {
  await db
    .insertInto('installation')
    .values({ pepper: randomBytes(32) })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const { pepper, keyIds } = await db.selectFrom('installation').select(['pepper', 'keyIds']).executeTakeFirstOrThrow();
  const missing = keyIds.filter((keyId) => !keys.keyIds.includes(keyId));
  if (missing.length > 0) {
    return {
      refused: 'missing-key',
      sentence: `SECRET lacks key ${missing.join(' and ')}, which signed unsubscribe links of mails already sent: they would stop working. Put the old secret back, behind a comma where there is a new one.`,
    };
  }
  if (!keyIds.includes(keys.signingKeyId)) {
    await db
      .updateTable('installation')
      .set({ keyIds: sql`array_append(key_ids, ${keys.signingKeyId})` })
      .where(sql<boolean>`not (${keys.signingKeyId} = any(key_ids))`)
      .execute();
  }
  return { pepper };
}
