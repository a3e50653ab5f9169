import type { Context } from '../context.ts';
import type { Tx } from '../database.ts';
import { isRefusal } from '../platform/refusal.ts';
import { lockSubscriberByAddress } from '../subscribers/queries.ts';
import { withdrawConsent } from '../subscribers/unsubscribe.ts';
import { hashAddress, normaliseAddress } from '../suppressions/address.ts';
import type { EventFacts } from './provider-event.ts';

/** A contact unsubscribed at the provider unsubscribes here; never the other way. Answers a note when it changed something. */
export async function applyContact(
  ctx: Context,
  tx: Tx,
  { type, facts }: { type: string; facts: EventFacts },
): Promise<string | undefined> {
  if (type !== 'contact.updated' || facts.contact?.isUnsubscribed !== true) return undefined;
  const address = normaliseAddress(facts.contact.address);
  if (isRefusal(address)) return undefined;
  const subscriber = await lockSubscriberByAddress(tx, hashAddress(ctx.pepper, address));
  if (subscriber === undefined || subscriber.state === 'unsubscribed' || subscriber.state === 'erased')
    return undefined;
  await withdrawConsent(tx, { subscriberId: subscriber.id, deliveryId: null, method: 'provider', at: ctx.clock.now() });
  return 'unsubscribed at the provider';
}
