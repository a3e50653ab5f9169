/** What must hold always, said again where Postgres can say it: nothing moves back, evidence is append-only. */
export const rules = `
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% rows are never changed or deleted', tg_table_name using errcode = 'restrict_violation';
end $$;
create trigger consents_append_only before update or delete on consents
  for each row execute function refuse_change();
create trigger audit_log_append_only before update or delete on audit_log
  for each row execute function refuse_change();
create trigger revisions_never_change before update or delete on revisions
  for each row execute function refuse_change();
create trigger cards_never_change before update or delete on cards
  for each row execute function refuse_change();

create function outcome_rank(outcome text) returns integer immutable language sql as $$
  select case outcome
    when 'sent' then 1 when 'delayed' then 2 when 'delivered' then 3
    when 'failed' then 4 when 'suppressed' then 4 when 'bounced' then 4
    when 'complained' then 5 else 0 end
$$;

create function deliveries_only_forward() returns trigger language plpgsql as $$
begin
  if old.state <> new.state and not (
       old.state = 'waiting'
    or (old.state = 'unknown' and new.state in ('accepted', 'failed', 'waiting'))
    or (old.state = 'failed' and new.state = 'accepted')) then
    raise exception 'delivery % cannot go from % to %', old.id, old.state, new.state using errcode = 'restrict_violation';
  end if;
  if outcome_rank(new.outcome) < outcome_rank(old.outcome) then
    raise exception 'delivery % outcome cannot go from % to %', old.id, old.outcome, new.outcome using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger deliveries_forward before update of state, outcome on deliveries
  for each row execute function deliveries_only_forward();

create function suppressions_only_lifted() returns trigger language plpgsql as $$
begin
  if old.lifted_at is not null or new.lifted_at is null
     or (old.address_hash, old.reason, old.source, old.created_at)
        is distinct from (new.address_hash, new.reason, new.source, new.created_at) then
    raise exception 'a suppression can only be lifted, once, by a person' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger suppressions_forward before update on suppressions
  for each row execute function suppressions_only_lifted();
create trigger suppressions_kept before delete on suppressions
  for each row execute function refuse_change();
`;
