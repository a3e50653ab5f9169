import { setTimeout as wait } from 'node:timers/promises';
import type { IsolationLevel, Kysely, Transaction } from 'kysely';
import { sqlStateOf } from './sql-state.ts';

export interface TransactionOptions {
  /** What the server does by default: `read committed`. */
  isolation?: IsolationLevel;
  /** How often it is tried at most; 5 unless told. */
  triesLimit?: number;
}

const usualTriesLimit = 5;
const firstPauseMs = 20;
const pauseLimitMs = 500;

/**
 * Runs a transaction; from its start again when Postgres undid it in favour of another one (serialization failure, deadlock),
 * so `work` must change nothing but this database. After the last try it throws what Postgres said. A connection that is lost is
 * thrown at once: whether the commit was done is not known, and whoever asked reads again.
 */
export async function inTransaction<Tables, Result>(
  db: Kysely<Tables>,
  work: (tx: Transaction<Tables>) => Promise<Result>,
  { isolation, triesLimit = usualTriesLimit }: TransactionOptions = {},
): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      const transaction = db.transaction();
      return await (isolation === undefined ? transaction : transaction.setIsolationLevel(isolation)).execute(work);
    } catch (error) {
      if (!wasUndone(error) || tries >= triesLimit) throw error;
      await wait(Math.random() * Math.min(firstPauseMs * 2 ** tries, pauseLimitMs));
    }
  }
}

/** Postgres' own advice is to run the whole transaction again. Source: PostgreSQL docs, serialization failure handling. */
function wasUndone(error: unknown): boolean {
  const state = sqlStateOf(error);
  return state === '40001' || state === '40P01';
}
