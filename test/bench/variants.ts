import { sql } from 'kysely';
import type { Db } from '../../src/database.ts';
import type { Issue } from '../../src/issues/queries.ts';

/**
 * Gives an approved issue's revision so many variants, each of all its cards in an order of its own, as readers with other picks
 * would have them, and has the next freeze spread its deliveries over them.
 */
export async function useVariants(db: Db, { revisionId }: Pick<Issue, 'revisionId'>, count: number): Promise<void> {
  await sql`
    insert into variants (revision_id, ordinal, card_positions)
    select v.revision_id, n, (select array_agg(position order by md5(position::text || n)) from unnest(v.card_positions) position)
    from variants v, generate_series(2, ${count}::integer) n where v.revision_id = ${revisionId} and v.ordinal = 1`.execute(
    db,
  );
  await sql`
    create or replace function bench_variant() returns trigger language plpgsql as $$
    begin
      new.variant := 1 + abs(hashtext(new.subscriber_id::text)) % ${sql.lit(count)};
      return new;
    end $$`.execute(db);
  await sql`
    create or replace trigger bench_variant before insert on deliveries for each row execute function bench_variant()`.execute(
    db,
  );
}

/** Later freezes use one variant again, as the product does by itself. */
export async function stopVariants(db: Db): Promise<void> {
  await sql`drop trigger bench_variant on deliveries`.execute(db);
}
