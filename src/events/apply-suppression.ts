import type { Context } from '../context.ts';
import type { Tx } from '../database.ts';
import { isRefusal } from '../platform/refusal.ts';
import { recordAudit } from '../subscribers/audit.ts';
import { lockSubscriberByAddress } from '../subscribers/queries.ts';
import { suppressAddress } from '../subscribers/suppress-address.ts';
import { hashAddress, normaliseAddress } from '../suppressions/address.ts';
import { liftSuppression, listStandingSuppressions } from '../suppressions/queries.ts';
import type { EventFacts } from './provider-event.ts';
import { findEventTime, type WaitingEvent } from './queries.ts';

/**
 * The provider's own list of suppressed addresses, which a person can change there too. An address added is suppressed here; one
 * removed is mailable again where the suppression came from the provider, and no complaint and no decision of ours stands behind
 * it. Whether somebody is subscribed it never touches. Answers a note when it changed something. Source: Resend docs, suppressions.
 */
export async function applySuppression(
  ctx: Context,
  tx: Tx,
  { event, facts }: { event: WaitingEvent; facts: EventFacts },
): Promise<string | undefined> {
  const isAdded = event.type === 'suppression.added';
  if ((!isAdded && event.type !== 'suppression.removed') || facts.contact === null) return undefined;
  const address = normaliseAddress(facts.contact.address);
  if (isRefusal(address)) return undefined;
  const addressHash = hashAddress(ctx.pepper, address);
  if (!isAdded) return removeSuppression(tx, { event, facts, addressHash });
  const reason = facts.suppressionOrigin?.toLowerCase() === 'complaint' ? 'complained' : 'provider';
  const isNew = await suppressAddress(tx, { addressHash, reason, source: event.svixId });
  return isNew ? 'suppressed at the provider' : undefined;
}

interface Removal {
  event: WaitingEvent;
  facts: EventFacts;
  addressHash: string;
}

async function removeSuppression(tx: Tx, { event, facts, addressHash }: Removal): Promise<string | undefined> {
  await lockSubscriberByAddress(tx, addressHash);
  const [standing] = await listStandingSuppressions(tx, [addressHash]);
  if (standing === undefined || (standing.reason !== 'provider' && standing.reason !== 'bounced')) return undefined;
  const suppressedAt = await findEventTime(tx, standing.source);
  // Not from the provider (an import, a person), or added there again since.
  if (suppressedAt === undefined || suppressedAt > (facts.occurredAt ?? event.receivedAt)) return undefined;
  const why = "removed from the provider's suppression list";
  await liftSuppression(tx, { addressHash, liftedBy: 'provider', why });
  await recordAudit(tx, {
    actor: 'provider',
    action: 'suppression-lifted',
    entity: 'event',
    entityId: event.svixId,
    note: why,
  });
  return why;
}
