import { z } from 'zod';
import type { Outcome } from '../deliveries/delivery.ts';

/** `received` and `parked` wait to be applied; the rest are ends. */
export type ProviderEventState = 'received' | 'parked' | 'applied' | 'ignored' | 'foreign' | 'mismatched';

/** An event that matches nothing is tried again for this long: it may have come before the ids were saved. */
export const parkingLimitMs = 5 * 60_000;
export const parkingWaitMs = 5_000;

const outcomes: Record<string, Outcome> = {
  'email.sent': 'sent',
  'email.delivery_delayed': 'delayed',
  'email.delivered': 'delivered',
  'email.failed': 'failed',
  'email.suppressed': 'suppressed',
  'email.bounced': 'bounced',
  'email.complained': 'complained',
};

/** What an event says of a delivery's outcome; undefined for opens, clicks, domains and whatever comes next. */
export function outcomeOf(type: string): Outcome | undefined {
  return Object.hasOwn(outcomes, type) ? outcomes[type] : undefined;
}

/** The parts of a payload that are read; anything may be missing, anything may be added. Source: Resend docs, webhooks. */
const payloadForm = z.object({
  created_at: z.string().optional(),
  data: z
    .object({
      email_id: z.string().optional(),
      to: z.union([z.string().transform((to) => [to]), z.array(z.string())]).optional(),
      tags: z.record(z.string(), z.unknown()).optional(),
      bounce: z.object({ type: z.string().optional() }).nullish(),
      email: z.string().optional(),
      unsubscribed: z.boolean().optional(),
      failed: z.object({ reason: z.string().optional() }).nullish(),
      origin: z.string().optional(),
    })
    .optional(),
});

export interface EventFacts {
  occurredAt: Date | null;
  providerId: string | null;
  deliveryId: string | null;
  to: string[];
  isPermanentBounce: boolean;
  /** Why the provider gave a mail up that it had accepted, such as `reached_daily_quota`. */
  failureReason: string | null;
  contact: { address: string; isUnsubscribed: boolean } | null;
  /** How an address came onto the provider's own suppression list: `bounce`, `complaint`, `manual`. */
  suppressionOrigin: string | null;
}

const uuid = z.uuid();

/** Reads what we act on out of a payload; a part of another shape counts as missing. */
export function readEventFacts(payload: unknown): EventFacts {
  const read = payloadForm.safeParse(payload);
  const { created_at, data } = read.success ? read.data : readLoosely(payload);
  const deliveryTag = uuid.safeParse(data?.tags?.delivery_id);
  return {
    occurredAt: readTime(created_at),
    providerId: data?.email_id ?? null,
    deliveryId: deliveryTag.success ? deliveryTag.data : null,
    to: data?.to ?? [],
    isPermanentBounce: data?.bounce?.type?.toLowerCase() === 'permanent',
    failureReason: plainWords(data?.failed?.reason),
    suppressionOrigin: data?.origin ?? null,
    contact: data?.email === undefined ? null : { address: data.email, isUnsubscribed: data.unsubscribed === true },
  };
}

const reasonLengthLimit = 200;

/** The provider's words as they may be shown and logged: short, and without an address. */
function plainWords(text: string | undefined): string | null {
  return text?.replaceAll(/\S+@\S+/g, '(address)').slice(0, reasonLengthLimit) ?? null;
}

const looseForm = z.object({
  created_at: z.string().optional().catch(undefined),
  data: z.record(z.string(), z.unknown()).catch({}),
});

/** Each field by itself, so that one odd field does not hide the rest. */
function readLoosely(payload: unknown): z.infer<typeof payloadForm> {
  const outer = looseForm.safeParse(payload);
  if (!outer.success) return {};
  const dataForm = payloadForm.shape.data.unwrap();
  const fields = Object.entries(outer.data.data).filter(
    ([name, value]) => dataForm.safeParse({ [name]: value }).success,
  );
  return { created_at: outer.data.created_at, data: dataForm.parse(Object.fromEntries(fields)) };
}

const latestTime = Date.UTC(9999, 11, 31);

/**
 * Three shapes are seen: `...Z`, `+00:00` with microseconds, `2026-10-06 23:47:56.678+00`. A time that no event can have had
 * counts as missing: JavaScript knows some that Postgres does not.
 */
function readTime(text: string | undefined): Date | null {
  const iso = text?.replace(' ', 'T').replace(/([+-]\d{2})$/, '$1:00');
  const time = Date.parse(iso ?? '');
  return time >= 0 && time <= latestTime ? new Date(time) : null;
}
