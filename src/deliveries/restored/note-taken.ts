import { sql } from 'kysely';
import type { Context } from '../../context.ts';
import type { Tx } from '../../database.ts';
import type { ListedMail } from '../../platform/provider-reader.ts';
import { isRefusal } from '../../platform/refusal.ts';
import { inTransaction } from '../../platform/transaction.ts';
import { hashAddress, normaliseAddress } from '../../suppressions/address.ts';
import { bindAudience } from '../freeze-issue.ts';
import { proveDelivery } from '../prove-delivery.ts';
import { findDeliveryByProvider } from '../queries.ts';
import type { Taken } from './list-taken.ts';

/** Mails that are noted in one transaction. */
const chunkSize = 500;

/**
 * Notes what the provider has taken of an issue, address by address, so that only the rest is still sent; answers how many
 * deliveries that settled. An issue that was only approved when the backup was made is bound first. Nothing may be claimed
 * meanwhile: sending is held.
 */
export async function noteTaken(ctx: Context, { issue, mails }: Taken): Promise<number> {
  if (issue.state === 'approved') await bindNow(ctx, issue.id);
  let count = 0;
  for (let start = 0; start < mails.length; start += chunkSize) {
    const chunk = mails.slice(start, start + chunkSize);
    count += await inTransaction(ctx.db, (tx) => noteChunk(ctx, tx, { issueId: issue.id, mails: chunk }));
  }
  return count;
}

/** Its mails are out, so its time has come, whatever this older database says. */
async function bindNow(ctx: Context, issueId: string): Promise<void> {
  const sendAt = ctx.clock.now();
  const later = sql<boolean>`send_at is null or send_at > ${sendAt}`;
  await ctx.db
    .updateTable('issues')
    .set({ sendAt })
    .where('id', '=', issueId)
    .where('state', '=', 'approved')
    .where(later)
    .execute();
  await bindAudience(ctx, issueId);
}

interface Chunk {
  issueId: string;
  mails: ListedMail[];
}

async function noteChunk(ctx: Context, tx: Tx, { issueId, mails }: Chunk): Promise<number> {
  const now = ctx.clock.now();
  const providerIds = new Map(mails.map((mail) => [hashOf(ctx, mail.to[0] ?? ''), mail.id]));
  const rows = await tx
    .selectFrom('deliveries')
    .select(['id', 'addressHash'])
    .where('issueId', '=', issueId)
    .where('addressHash', 'in', [...providerIds.keys()])
    .where('state', 'in', ['waiting', 'unknown', 'failed'])
    .orderBy('id')
    .execute();
  for (const row of rows) {
    const delivery = await findDeliveryByProvider(tx, { deliveryId: row.id, providerId: null });
    const providerId = providerIds.get(row.addressHash) ?? null;
    if (delivery !== undefined) await proveDelivery(tx, { delivery, providerId, now });
  }
  await endEmptyBatches(tx, issueId);
  return rows.length;
}

function hashOf(ctx: Context, address: string): string {
  const normal = normaliseAddress(address);
  return isRefusal(normal) ? '' : hashAddress(ctx.pepper, normal);
}

/** A batch of which nothing waits is not rung again. */
async function endEmptyBatches(tx: Tx, issueId: string): Promise<void> {
  await sql`
    update batches b set state = 'accepted', lease_until = null, last_error = 'the provider had taken it'
    where b.issue_id = ${issueId} and b.state = 'waiting'
      and exists (select from deliveries d where d.batch_id = b.id and d.state = 'accepted')
      and not exists (select from deliveries d where d.batch_id = b.id and d.state = 'waiting')`.execute(tx);
}
