import { sql } from 'kysely';
import type { Db } from '../../src/database.ts';
import type { SandboxLedger } from '../../src/sandbox/ledger.ts';

/**
 * O3: nobody accepted whose consent was gone when the claim that first had these bytes committed. Both sides are commit
 * timestamps of Postgres, so what a claim saw too late, or not at all, cannot hide behind a clock that was read before it waited.
 * Needs a database that records its claims.
 */
export async function checkConsent(db: Db, { mails }: SandboxLedger): Promise<string[]> {
  const taken = mails
    .filter((mail) => mail.tags.issue_id !== undefined)
    .map(({ to, tags, idempotencyKey }) => ({ address: to.join(), id: tags.delivery_id, key: idempotencyKey }));
  const wrong = await sql<{ address: string; why: string }>`
    with mail as (select * from jsonb_to_recordset(${JSON.stringify(taken)}::jsonb) as m (address text, id uuid, key text)),
    claimed as (
      select distinct on (idempotency_key) idempotency_key, delivery_ids, pg_xact_commit_timestamp(xmin) as at
      from oracle.claims order by idempotency_key, pg_xact_commit_timestamp(xmin)),
    judged as (
      select m.address, case
        when c.at is null then 'under a key that no claim committed'
        when d.id is null or d.id <> all (c.delivery_ids) then 'as no member of the claim'
        when d.address is distinct from m.address then 'at an address other than the delivery''s'
        when exists (select 1 from consents w
          where w.subscriber_id = s.id and w.kind = 'withdrawn' and pg_xact_commit_timestamp(w.xmin) < c.at
            and not exists (select 1 from consents g where g.subscriber_id = s.id and g.kind = 'confirmed'
              and pg_xact_commit_timestamp(g.xmin) > pg_xact_commit_timestamp(w.xmin)
              and pg_xact_commit_timestamp(g.xmin) < c.at)) then 'after consent was withdrawn'
        when exists (select 1 from suppressions p where p.address_hash = d.address_hash and case
          when p.lifted_at is null then pg_xact_commit_timestamp(p.xmin) < c.at
          else p.created_at < c.at and p.lifted_at > c.at end) then 'after the address was suppressed'
        when s.state <> 'active' and pg_xact_commit_timestamp(s.xmin) < c.at then 'though ' || s.state || ' by then'
        when s.paused_until > c.at and pg_xact_commit_timestamp(s.xmin) < c.at then 'though paused by then'
      end as why
      from mail m left join claimed c on c.idempotency_key = m.key
        left join deliveries d on d.id = m.id left join subscribers s on s.id = d.subscriber_id)
    select address, why from judged where why is not null`.execute(db);
  return wrong.rows.map(({ address, why }) => `O3: ${address} was mailed ${why}`);
}
