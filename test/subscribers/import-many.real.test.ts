import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/platform/clock.ts';
import { importChunkSize, type ImportReport, importSubscribers } from '../../src/subscribers/import-subscribers.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { consent, header, importText, pepper } from './import-text.ts';

let test: TestDatabase;
beforeEach(async () => {
  test = await createTestDatabase();
});
afterEach(() => test.drop());

function manyRows(count: number): string[] {
  return Array.from({ length: count }, (_, at) => `s${at}@example.com,,active,,,${consent}`);
}

describe('importing many', () => {
  it.each([importChunkSize - 1, importChunkSize, importChunkSize + 1])('%i rows all come in', async (count) => {
    const { report } = await importText(test.db, [header, ...manyRows(count)].join('\n'));
    expect(report).toMatchObject({ rows: count, added: { active: count } });
  });

  it('fault 96: after a crash in the middle the same file brings in the rest, and a third run nothing', async () => {
    const text = [header, ...manyRows(3 * importChunkSize)].join('\n');
    const chunks: number[] = [];
    async function* bytes(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(text);
    }
    const ctx = { db: test.db, clock: systemClock, pepper };
    const onProgress = (report: ImportReport) => {
      chunks.push(report.rows);
      throw new Error('crash');
    };
    await expect(importSubscribers(ctx, { bytes: bytes(), onProgress })).rejects.toThrow('crash');
    expect(chunks).toEqual([importChunkSize]);
    expect((await importText(test.db, text)).report).toMatchObject({
      known: importChunkSize,
      added: { active: 2 * importChunkSize },
    });
    expect((await importText(test.db, text)).report).toMatchObject({
      known: 3 * importChunkSize,
      added: { active: 0 },
    });
    expect(await test.db.selectFrom('subscribers').select('id').execute()).toHaveLength(3 * importChunkSize);
    const { consents } = await test.db
      .selectFrom('consents')
      .select(sql<number>`count(*)::int`.as('consents'))
      .executeTakeFirstOrThrow();
    expect(consents).toBe(3 * importChunkSize);
  });

  it('two imports of the same people at once do not stand in each other’s way', async () => {
    const rows = manyRows(2 * importChunkSize);
    const both = await Promise.all(
      [rows, rows.toReversed()].map((order) => importText(test.db, [header, ...order].join('\n'))),
    );
    const added = both.map(({ report }) => ('added' in report ? report.added.active : 0));
    expect(added.reduce((sum, count) => sum + count, 0)).toBe(2 * importChunkSize);
  });
});
