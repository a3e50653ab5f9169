import type { Db } from '../../src/database.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { importSubscribers, type RefusedRow } from '../../src/subscribers/import-subscribers.ts';

export const header = 'email,name,status,timeZone,topics,confirmedAt,consentSource';
/** The last two columns of somebody who agreed. */
export const consent = '2026-03-31T18:00:00Z,sign-up form';
export const pepper = Buffer.alloc(32, 7);

/** Imports a file given as text or bytes, in small pieces. */
export async function importText(db: Db, text: string | Buffer) {
  const refused: RefusedRow[] = [];
  async function* bytes(): AsyncGenerator<Uint8Array> {
    const buffer = typeof text === 'string' ? Buffer.from(text) : text;
    for (let at = 0; at < buffer.length; at += 4096) yield buffer.subarray(at, at + 4096);
  }
  const ctx = { db, clock: systemClock, pepper };
  const report = await importSubscribers(ctx, { bytes: bytes(), onRefused: (row) => refused.push(row) });
  return { report, refused };
}
