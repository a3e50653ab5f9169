import { sql } from 'kysely';
import type { Db } from '../../src/database.ts';

/**
 * From now on this database writes down every claim with its members, in the claim's own transaction and never changed
 * afterwards: the commit timestamp of such a row is the exact moment of the claim's commit, which no column of ours can be.
 */
export async function recordClaims(db: Db): Promise<void> {
  await sql`create schema oracle`.execute(db);
  await sql`
    create table oracle.claims (
      call_id uuid primary key, batch_id uuid not null, idempotency_key text not null, delivery_ids uuid[] not null)`.execute(
    db,
  );
  await sql`
    create function oracle.record_claim() returns trigger language plpgsql as $$
    begin
      insert into oracle.claims select new.id, new.batch_id, new.idempotency_key, coalesce(array_agg(d.id), '{}')
        from public.deliveries d where d.batch_id = new.batch_id and d.state = 'waiting';
      return null;
    end $$`.execute(db);
  await sql`
    create trigger oracle_record_claim after insert on calls for each row when (new.batch_id is not null)
      execute function oracle.record_claim()`.execute(db);
}
