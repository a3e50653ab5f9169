import { sql } from 'kysely';
import type { Db } from '../../src/database.ts';

export interface RaisedErrors {
  /** How often it was met so far. */
  count(): Promise<number>;
  remove(): Promise<void>;
}

/** Postgres refuses writes of a table with this SQLSTATE, the first `times` of them or all; a rollback does not set the count back. */
export async function raiseErrors(
  db: Db,
  { table, state, times = Infinity }: { table: string; state: string; times?: number },
): Promise<RaisedErrors> {
  const name = `raise_${table}`;
  const [counter, trigger] = [sql.id('oracle', name), sql.id(name)];
  const last = sql.lit(Number.isFinite(times) ? times : Number.MAX_SAFE_INTEGER);
  await sql`create sequence ${counter}`.execute(db);
  await sql`
    create function ${counter}() returns trigger language plpgsql as $$
    begin
      if nextval(${sql.lit(`oracle.${name}`)}) <= ${last} then
        raise exception 'raised by a test' using errcode = ${sql.lit(state)};
      end if;
      return null;
    end $$`.execute(db);
  await sql`
    create trigger ${trigger} after insert or update or delete on ${sql.id(table)} for each statement
      execute function ${counter}()`.execute(db);
  return {
    async count() {
      const { rows } = await sql<{ met: number }>`
        select case when is_called then last_value else 0 end::integer as met from ${counter}`.execute(db);
      return rows[0]?.met ?? 0;
    },
    async remove() {
      await sql`drop trigger ${trigger} on ${sql.id(table)}`.execute(db);
      await sql`drop function ${counter}()`.execute(db);
      await sql`drop sequence ${counter}`.execute(db);
    },
  };
}
