import type { Context } from '../context.ts';
import type { Tx } from '../database.ts';
import { finishIssue } from '../deliveries/finish-issue.ts';
import type { Outcome } from '../deliveries/delivery.ts';
import { guardIssue } from '../deliveries/guard-issue.ts';
import { proveDelivery } from '../deliveries/prove-delivery.ts';
import {
  findDeliveryByProvider,
  type FoundDelivery,
  insertProviderMessages,
  recordOutcome,
} from '../deliveries/queries.ts';
import { getIssue } from '../issues/queries.ts';
import { raiseAlert, raiseAlertOnce } from '../mails/raise-alert.ts';
import { isRefusal } from '../platform/refusal.ts';
import { inTransaction } from '../platform/transaction.ts';
import { suppressAddress } from '../subscribers/suppress-address.ts';
import { hashAddress, normaliseAddress } from '../suppressions/address.ts';
import type { SuppressionReason } from '../suppressions/suppression.ts';
import { applyContact } from './apply-contact.ts';
import { applySuppression } from './apply-suppression.ts';
import { type EventFacts, outcomeOf, parkingLimitMs, parkingWaitMs, readEventFacts } from './provider-event.ts';
import { type EventEnd, lockEventWaiting, updateEvent, type WaitingEvent } from './queries.ts';

interface Applied extends EventEnd {
  issueId?: string;
  /** The event was the first to say that the provider had taken the mail: its issue may be finished by it. */
  isProven?: boolean;
  outcome?: Outcome;
  /** The provider gave a mail up that it had accepted: its word for why. */
  failedFor?: string;
}

/**
 * Applies one signed fact from the provider, whatever the order of arrival; twice does nothing more. False when there was nothing
 * to do: it is settled, or in another worker's hands.
 */
export async function applyEvent(ctx: Context, svixId: string): Promise<boolean> {
  const applied = await inTransaction(ctx.db, async (tx) => {
    const event = await lockEventWaiting(tx, svixId);
    if (event === undefined) return undefined;
    const { issueId, isProven, outcome, failedFor, ...end } = await apply(ctx, tx, event);
    await updateEvent(tx, svixId, end);
    return { issueId, isProven, outcome, failedFor, end };
  });
  if (applied === undefined) return false;
  if (applied.end.state === 'mismatched') {
    const sentence = `An event does not fit the delivery it names (${applied.end.note}); nothing was changed.`;
    await raiseAlert(ctx, { code: 'event-mismatched', sentence, entity: 'event', entityId: svixId });
  }
  if (applied.issueId === undefined) return true;
  if (applied.failedFor !== undefined) await tellFailedLater(ctx, applied.issueId, applied.failedFor);
  if (applied.outcome === 'bounced' || applied.outcome === 'complained') await guardIssue(ctx, applied.issueId);
  if (applied.isProven === true) await finishIssue(ctx, applied.issueId);
  return true;
}

/** Once an issue: a used-up quota fails a whole send, mail by mail. */
async function tellFailedLater(ctx: Context, issueId: string, words: string): Promise<void> {
  const { number } = await getIssue(ctx.db, issueId);
  const sentence = `The provider gave up mails of issue ${number} that it had accepted (${words}); when the cause is gone, \`issue resend ${number}\` shows them and sends them again.`;
  await raiseAlertOnce(ctx, { code: 'deliveries-failed-later', sentence, entity: 'issue', entityId: issueId });
}

async function apply(ctx: Context, tx: Tx, event: WaitingEvent): Promise<Applied> {
  const now = ctx.clock.now();
  const facts = readEventFacts(event.payload);
  const outcome = outcomeOf(event.type);
  if (outcome === undefined) {
    const note =
      (await applyContact(ctx, tx, { type: event.type, facts })) ?? (await applySuppression(ctx, tx, { event, facts }));
    return { state: note === undefined ? 'ignored' : 'applied', note, settledAt: now };
  }
  const delivery = await findDeliveryByProvider(tx, facts);
  if (delivery === undefined) return park(event, now);
  const misfit = misfitOf(ctx, facts, delivery);
  if (misfit !== undefined) return { state: 'mismatched', note: misfit, deliveryId: delivery.id, settledAt: now };
  if (delivery.isSuperseded) {
    await suppressFor(tx, { outcome, facts, delivery, source: event.svixId });
    const note = 'about a mail that a person has had sent again';
    return { state: 'ignored', note, deliveryId: delivery.id, settledAt: now };
  }
  const isProven = delivery.state !== 'accepted';
  if (isProven) await proveDelivery(tx, { delivery, providerId: facts.providerId, now });
  // The event of a batch-mate has proved it taken; its own brings its id.
  else if (facts.providerId !== null)
    await insertProviderMessages(tx, [{ providerId: facts.providerId, deliveryId: delivery.id }]);
  const at = facts.occurredAt ?? event.receivedAt;
  await recordOutcome(tx, { deliveryId: delivery.id, outcome, at, reason: facts.failureReason });
  await suppressFor(tx, { outcome, facts, delivery, source: event.svixId });
  const end = {
    state: 'applied',
    deliveryId: delivery.id,
    settledAt: now,
    issueId: delivery.issueId,
    isProven,
    outcome,
  } as const;
  return outcome === 'failed' ? { ...end, failedFor: facts.failureReason ?? 'no reason given' } : end;
}

function park(event: WaitingEvent, now: Date): Applied {
  if (now.getTime() - event.receivedAt.getTime() >= parkingLimitMs) {
    return { state: 'foreign', note: 'matches no delivery of ours', settledAt: now };
  }
  return { state: 'parked', ringAt: new Date(now.getTime() + parkingWaitMs), settledAt: null };
}

/** Signed events of ours have been forged elsewhere through tags alone: the address must be the delivery's too. */
function misfitOf(ctx: Context, facts: EventFacts, delivery: FoundDelivery): string | undefined {
  const hashes = facts.to
    .map((to) => normaliseAddress(to))
    .map((to) => (isRefusal(to) ? '' : hashAddress(ctx.pepper, to)));
  if (!hashes.includes(delivery.addressHash)) return 'it is about another address';
  return delivery.state === 'excluded' ? 'the delivery was dropped before any call' : undefined;
}

interface Consequence {
  outcome: Outcome;
  facts: EventFacts;
  delivery: FoundDelivery;
  source: string;
}

async function suppressFor(tx: Tx, { outcome, facts, delivery, source }: Consequence): Promise<void> {
  const reason = reasonOf(outcome, facts);
  if (reason !== undefined) await suppressAddress(tx, { addressHash: delivery.addressHash, reason, source });
}

function reasonOf(outcome: Outcome, facts: EventFacts): SuppressionReason | undefined {
  if (outcome === 'complained') return 'complained';
  if (outcome === 'suppressed') return 'provider';
  return outcome === 'bounced' && facts.isPermanentBounce ? 'bounced' : undefined;
}
