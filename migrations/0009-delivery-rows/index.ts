import { type Kysely, sql } from 'kysely';

const rows = `
-- A delivery is written three times: at the freeze, at the claim, and when it is taken. With room on its page, and no index over
-- its state, the second and the third leave every index alone (a heap-only update).
alter table deliveries set (fillfactor = 45);
drop index deliveries_waiting;

-- One index for both questions: whether this subscriber has this issue, and what a subscriber has had.
alter table deliveries add constraint deliveries_subscriber_issue unique (subscriber_id, issue_id);
alter table deliveries drop constraint deliveries_issue_id_subscriber_id_key;
drop index deliveries_subscriber;

-- A waiting delivery may go anywhere: only what has left that state is looked at row by row.
drop trigger deliveries_forward on deliveries;
create trigger deliveries_forward before update of state, outcome on deliveries
  for each row when ((old.state <> 'waiting' and old.state <> new.state) or old.outcome is distinct from new.outcome)
  execute function deliveries_only_forward();
`;

/** Deliveries as they cost least to send; what they mean and what holds of them stays. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(rows).execute(db);
}
