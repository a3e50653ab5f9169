import { accountIssue } from '../../src/deliveries/account-issue.ts';
import { listIssues } from '../../src/issues/queries.ts';
import { readSandboxLedger, type SandboxLedger } from '../../src/sandbox/ledger.ts';
import { checkConsent } from './check-consent.ts';
import { checkOutcomes } from './check-outcomes.ts';
import type { Scene } from './scene.ts';

/** What the oracles read of a scene. */
export type Checked = Pick<Scene, 'sandboxDb' | 'logs'> & { ctx: Pick<Scene['ctx'], 'db' | 'clock'> };

/**
 * The oracles O1-O7 over the provider's ledger, Postgres and the logs: one sentence for each violation, none when all hold.
 * `isEnded` also asks that the ledger and our accepted deliveries are the same, address by address.
 */
export async function checkOracles(scene: Checked, { isEnded }: { isEnded: boolean }): Promise<string[]> {
  const ledger = await readSandboxLedger(scene.sandboxDb);
  return [
    ...checkOnce(ledger),
    ...(await checkAccounts(scene)),
    ...(await checkConsent(scene.ctx.db, ledger)),
    ...(await checkUnconfirmed(scene, ledger)),
    ...(await checkOutcomes(scene.ctx.db)),
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
async function checkAccounts({ ctx }: Checked): Promise<string[]> {
  const faults: string[] = [];
  for (const issue of await listIssues(ctx.db)) {
    const account = await accountIssue(ctx.db, issue, ctx.clock.now());
    if (!account.balanced) faults.push(`O2: issue ${issue.number} does not balance: ${JSON.stringify(account)}`);
    if (issue.state === 'sent' && account.waiting > 0)
      faults.push(`O4: issue ${issue.number} is sent with ${account.waiting} waiting`);
  }
  return faults;
}

/** O5: nothing of an issue to anybody who never confirmed. */
async function checkUnconfirmed({ ctx }: Checked, { mails }: SandboxLedger): Promise<string[]> {
  const pending = await ctx.db
    .selectFrom('subscribers as s')
    .select('s.address')
    .where('s.state', '=', 'pending')
    .where((eb) => {
      const confirmed = eb.selectFrom('consents as c').whereRef('c.subscriberId', '=', 's.id');
      return eb.not(eb.exists(confirmed.select('c.id').where('c.kind', '=', 'confirmed')));
    })
    .execute();
  const addresses = new Set(pending.map((row) => row.address));
  return mails
    .filter((mail) => mail.to.some((to) => addresses.has(to)))
    .map((mail) => `O5: ${mail.to.join()} never confirmed`);
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
async function checkSame({ ctx }: Checked, { mails }: SandboxLedger): Promise<string[]> {
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
