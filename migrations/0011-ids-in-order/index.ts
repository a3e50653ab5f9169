import { type Kysely, sql } from 'kysely';

const inOrder = `
-- UUID version 7 (RFC 9562): milliseconds first, then chance. Postgres has one of its own from version 18 on.
create function id_in_order() returns uuid language sql volatile parallel safe as $$
  select (lpad(to_hex((extract(epoch from clock_timestamp()) * 1000)::bigint), 12, '0') || '7'
    || substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid $$;

-- Whoever is mailed together stands together, in the table and in its indexes.
alter table subscribers alter column id set default id_in_order();
`;

/** New subscribers get ids in the order of their coming, so that a large send does not jump through its tables. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(inOrder).execute(db);
}
