import { z } from 'zod';
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
 * `isEnded` also asks that the ledger and our accepted deliveries are the same, address by address; with `issueId` the ledger's
 * part is that issue's alone.
 */
export async function checkOracles(
  scene: Checked,
  { isEnded, issueId }: { isEnded: boolean; issueId?: string },
): Promise<string[]> {
  const tag = issueId === undefined ? undefined : { name: 'issue_id', value: issueId };
  const ledger = await readSandboxLedger(scene.sandboxDb, tag);
  return [
    ...(await checkOnce(scene, ledger)),
    ...(await checkAccounts(scene)),
    ...(await checkConsent(scene.ctx.db, ledger)),
    ...(await checkUnconfirmed(scene, ledger)),
    ...(await checkOutcomes(scene.ctx.db)),
    ...checkLogs(scene.logs()),
    ...(isEnded ? await checkSame(scene, ledger, issueId) : []),
  ];
}

/** O1: no address accepted twice for an issue, but for the times a person had it sent again. */
async function checkOnce({ ctx }: Checked, { mails }: SandboxLedger): Promise<string[]> {
  const decided = await ctx.db
    .selectFrom('auditLog')
    .select('after')
    .where('action', 'in', ['resend-failed', 'resolve-send-again'])
    .execute();
  const again = countEach(decided.flatMap(({ after }) => deliveriesForm.parse(after).deliveries));
  const seen = new Map<string, number>();
  return mails.flatMap((mail) => {
    const name = `${mail.to.join()} of issue ${mail.tags.issue_id}`;
    if (mail.tags.issue_id === undefined) return [];
    const allowedCount = 1 + (again.get(mail.tags.delivery_id ?? '') ?? 0);
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count > allowedCount ? [`O1: the provider accepted ${name} more than ${allowedCount} x`] : [];
  });
}

function countEach(names: string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

const deliveriesForm = z.object({ deliveries: z.array(z.string()) });

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

/** What the provider took is what we believe it took; a mail that failed there and was sent again counts no more. */
async function checkSame({ ctx }: Checked, { mails }: SandboxLedger, issueId?: string): Promise<string[]> {
  const accepted = await ctx.db
    .selectFrom('deliveries')
    .select('id')
    .where('state', '=', 'accepted')
    .$if(issueId !== undefined, (query) => query.where('issueId', '=', issueId ?? ''))
    .execute();
  const ours = new Set(accepted.map((row) => row.id));
  const before = await ctx.db
    .selectFrom('providerMessages')
    .select('providerId')
    .where('supersededAt', 'is not', null)
    .execute();
  const superseded = new Set(before.map((row) => row.providerId));
  const standing = mails.filter((mail) => !superseded.has(mail.id));
  const theirs = new Set(standing.map((mail) => mail.tags.delivery_id ?? ''));
  return [
    ...[...ours]
      .filter((id) => !theirs.has(id))
      .map((id) => `delivery ${id} is accepted here and unknown to the provider`),
    ...[...theirs]
      .filter((id) => !ours.has(id))
      .map((id) => `delivery ${id} was taken by the provider and is not accepted here`),
  ];
}
