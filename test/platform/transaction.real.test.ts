import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Tx } from '../../src/database.ts';
import { inTransaction } from '../../src/platform/transaction.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
  await sql`create table counters (id integer primary key, value integer not null)`.execute(database.db);
  await sql`insert into counters values (1, 0), (2, 0)`.execute(database.db);
});
afterEach(() => database.drop());

async function add(tx: Tx, id: number): Promise<void> {
  await sql`update counters set value = value + 1 where id = ${id}`.execute(tx);
}

async function readCounters(): Promise<number[]> {
  const { rows } = await sql<{ value: number }>`select value from counters order by id`.execute(database.db);
  return rows.map(({ value }) => value);
}

/** Resolves for all once so many have come. */
function createMeeting(count: number): () => Promise<void> {
  let come: () => void = () => {};
  const all = new Promise<void>((resolve) => (come = resolve));
  let here = 0;
  return () => {
    here += 1;
    if (here === count) come();
    return all;
  };
}

describe('35. a transaction that Postgres undoes', () => {
  it('for a deadlock is run again: both of a circle are done in the end', async () => {
    const meet = createMeeting(2);
    let runs = 0;
    const inCircle = (first: number, second: number) =>
      inTransaction(database.db, async (tx) => {
        runs += 1;
        await add(tx, first);
        await meet();
        await add(tx, second);
      });
    await Promise.all([inCircle(1, 2), inCircle(2, 1)]);
    expect(await readCounters()).toEqual([2, 2]);
    expect(runs).toBe(3);
  });

  it('for a serialization failure is run again on what the other one left', async () => {
    const meet = createMeeting(2);
    const addSeen = () =>
      inTransaction(
        database.db,
        async (tx) => {
          const { rows } = await sql<{ value: number }>`select value from counters where id = 1`.execute(tx);
          await meet();
          await sql`update counters set value = ${(rows[0]?.value ?? 0) + 1} where id = 1`.execute(tx);
        },
        { isolation: 'serializable' },
      );
    await Promise.all([addSeen(), addSeen()]);
    expect(await readCounters()).toEqual([2, 0]);
  });

  it('every time is given up after as many tries as allowed, with what Postgres said', async () => {
    let runs = 0;
    const losing = inTransaction(
      database.db,
      async (tx) => {
        runs += 1;
        await add(tx, 1);
        await sql`do $$ begin raise exception 'lost' using errcode = '40P01'; end $$`.execute(tx);
      },
      { triesLimit: 3 },
    );
    await expect(losing).rejects.toMatchObject({ code: '40P01' });
    expect(runs).toBe(3);
    expect(await readCounters()).toEqual([0, 0]);
  });

  it('for anything else is not run again', async () => {
    let runs = 0;
    const failing = inTransaction(database.db, async (tx) => {
      runs += 1;
      await sql`insert into counters values (1, 1)`.execute(tx);
    });
    await expect(failing).rejects.toMatchObject({ code: '23505' });
    expect(runs).toBe(1);
  });
});
