import { forgottenBefore } from './idempotency.ts';
import type { SandboxDb } from './tables.ts';

/** Resend keeps mails and their events for 30 days (docs: account-quotas-and-limits). */
export const keptDays = 30;

/** Deletes what the provider would no longer know: keys after 24 hours, mails and the log after 30 days. */
export async function forgetOldRecords(db: SandboxDb, now: Date): Promise<void> {
  const keptFrom = new Date(now.getTime() - keptDays * 86_400_000);
  const second = Math.floor(now.getTime() / 1000) - 60;
  await db.deleteFrom('rateWindows').where('second', '<', second).execute();
  await db.deleteFrom('idempotency').where('acceptedAt', '<=', forgottenBefore(now)).execute();
  await db.deleteFrom('mails').where('acceptedAt', '<', keptFrom).execute();
  await db
    .deleteFrom('requests')
    .where('startedAt', '<', keptFrom)
    .where((eb) =>
      eb.not(eb.exists(eb.selectFrom('mails').select('mails.id').whereRef('mails.requestId', '=', 'requests.id'))),
    )
    .execute();
}
