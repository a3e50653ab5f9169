import { sql } from 'kysely';
import { accountIssue } from '../../src/deliveries/account-issue.ts';
import { listIssues } from '../../src/issues/queries.ts';
import { readSandboxLedger, type SandboxLedger } from '../../src/sandbox/ledger.ts';
import type { Scene } from './scene.ts';

/**
 * The oracles O1-O7 over the provider's ledger, Postgres and the logs: one sentence for each violation, none when all hold.
 * `isEnded` also asks that the ledger and our accepted deliveries are the same, address by address.
 */
export async function checkOracles(scene: Scene, { isEnded }: { isEnded: boolean }): Promise<string[]> {
  const ledger = await readSandboxLedger(scene.sandboxDb);
  return [
    ...checkOnce(ledger),
    ...(await checkAccounts(scene)),
    ...(await checkConsent(scene, ledger)),
    ...(await checkUnconfirmed(scene, ledger)),
    ...(await checkForward(scene)),
    ...checkLogs(scene.logs()),
    ...(isEnded ? await checkSame(scene, ledger) : []),
  ];
}

/** O1: no address accepted twice for an issue. */
function checkOnce({ mails }: SandboxLedger): string[] {
  const seen = new Set<string>();
  return mails.flatMap((mail) => {
    const name = `${mail.to.join()} of issue ${mail.tags.issue_id}`;
    if (mail.tags.issue_id === undefined) return [];
    if (!seen.has(name)) return (void seen.add(name), []);
    return [`O1: the provider accepted ${name} twice`];
  });
}

/** O2 and O4: the accounting balances, and no issue is sent while something waits. */
async function checkAccounts({ ctx }: Scene): Promise<string[]> {
  const faults: string[] = [];
  for (const issue of await listIssues(ctx.db)) {
    const account = await accountIssue(ctx.db, issue, ctx.clock.now());
    if (!account.balanced) faults.push(`O2: issue ${issue.number} does not balance: ${JSON.stringify(account)}`);
    if (issue.state === 'sent' && account.waiting > 0)
      faults.push(`O4: issue ${issue.number} is sent with ${account.waiting} waiting`);
  }
  return faults;
}

/** O3: nobody accepted whose consent was gone before the batch was first handed over. */
async function checkConsent({ ctx }: Scene, { mails }: SandboxLedger): Promise<string[]> {
  const gone = await sql<{ id: string }>`
    select d.id from deliveries d join batches b on b.id = d.batch_id
    where exists (select 1 from consents c where c.subscriber_id = d.subscriber_id and c.kind = 'withdrawn'
        and pg_xact_commit_timestamp(c.xmin) < b.first_submit_at)
      or exists (select 1 from suppressions p where p.address_hash = d.address_hash
        and pg_xact_commit_timestamp(p.xmin) < b.first_submit_at)`.execute(ctx.db);
  const goneIds = new Set(gone.rows.map((row) => row.id));
  return mails
    .filter((mail) => goneIds.has(mail.tags.delivery_id ?? ''))
    .map((mail) => `O3: ${mail.to.join()} was mailed without consent`);
}

/** O5: nothing of an issue to anybody who never confirmed. */
async function checkUnconfirmed({ ctx }: Scene, { mails }: SandboxLedger): Promise<string[]> {
  const pending = await ctx.db.selectFrom('subscribers').select('address').where('state', '=', 'pending').execute();
  const addresses = new Set(pending.map((row) => row.address));
  return mails
    .filter((mail) => mail.to.some((to) => addresses.has(to)))
    .map((mail) => `O5: ${mail.to.join()} never confirmed`);
}

/** O6: a delivery's outcome is the furthest that was reported of it, and every permanent bounce and complaint suppresses. */
async function checkForward({ ctx }: Scene): Promise<string[]> {
  const behind = await sql<{ id: string }>`
    select d.id from deliveries d join provider_events e on e.delivery_id = d.id and e.state = 'applied'
    group by d.id, d.outcome
    having max(outcome_rank(replace(replace(e.type, 'email.', ''), 'delivery_', ''))) > outcome_rank(d.outcome)`.execute(
    ctx.db,
  );
  const unsuppressed = await sql<{ id: string }>`
    select d.id from deliveries d where d.outcome = 'complained'
      and not exists (select 1 from suppressions p where p.address_hash = d.address_hash)`.execute(ctx.db);
  return [
    ...behind.rows.map((row) => `O6: delivery ${row.id} is behind what was reported`),
    ...unsuppressed.rows.map((row) => `O6: delivery ${row.id} complained and is not suppressed`),
  ];
}

/** O7: no address, token or key in a log. */
function checkLogs(logs: string): string[] {
  const secrets = /[\w.+-]+@example\.com|\/unsubscribe\/\w|re_test|whsec_|a-secret-for-tests/;
  return logs
    .split('\n')
    .filter((line) => secrets.test(line))
    .map((line) => `O7: a log says ${line.slice(0, 200)}`);
}

/** What the provider took is what we believe it took. */
async function checkSame({ ctx }: Scene, { mails }: SandboxLedger): Promise<string[]> {
  const accepted = await ctx.db.selectFrom('deliveries').select('id').where('state', '=', 'accepted').execute();
  const ours = new Set(accepted.map((row) => row.id));
  const theirs = new Set(mails.map((mail) => mail.tags.delivery_id ?? ''));
  return [
    ...[...ours]
      .filter((id) => !theirs.has(id))
      .map((id) => `delivery ${id} is accepted here and unknown to the provider`),
    ...[...theirs]
      .filter((id) => !ours.has(id))
      .map((id) => `delivery ${id} was taken by the provider and is not accepted here`),
  ];
}
