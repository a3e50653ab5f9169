import { randomUUID } from 'node:crypto';
import type { Fate } from './sample-address.ts';

/** Where in the row of a mail's events one stands: the provider's `email.*` types with what they add to the base. */
interface PlannedEvent {
  type: string;
  extra: Record<string, unknown>;
}

/** What every event of a mail says (docs: webhooks, base fields). */
export interface EventBase {
  id: string;
  messageId: string;
  acceptedAt: Date;
  from: string;
  to: string[];
  subject: string;
  tags: Record<string, string>;
}

/** An event ready to be stored: its id becomes `svix-id`, its payload is what is signed. */
export interface PlannedWebhook {
  id: string;
  mailId: string;
  type: string;
  payload: string;
  occurredAt: Date;
}

/** The events a mail brings about, in the order they happen, `stepMs` apart. */
export function planWebhooks(base: EventBase, fate: Fate, stepMs: number): PlannedWebhook[] {
  const events = [{ type: 'email.sent', extra: {} }, ...eventsByFate[fate]];
  return events.map((event, index) => {
    const occurredAt = new Date(base.acceptedAt.getTime() + index * stepMs);
    return planWebhook(base, event, occurredAt);
  });
}

/** One event of a mail, of any type; `extra` is added to its base fields or overrules them. */
export function planWebhook(base: EventBase, event: PlannedEvent, occurredAt: Date): PlannedWebhook {
  const fields = {
    email_id: base.id,
    message_id: base.messageId,
    created_at: base.acceptedAt.toISOString(),
    from: base.from,
    to: base.to,
    subject: base.subject,
    tags: base.tags,
  };
  return {
    id: newWebhookId(),
    mailId: base.id,
    type: event.type,
    payload: JSON.stringify({
      type: event.type,
      created_at: occurredAt.toISOString(),
      data: { ...fields, ...event.extra },
    }),
    occurredAt,
  };
}

/** An id in the form of a `svix-id`. */
export function newWebhookId(): string {
  return `msg_${randomUUID().replaceAll('-', '')}`;
}

const delivered: PlannedEvent = { type: 'email.delivered', extra: {} };

const eventsByFate: Record<Fate, PlannedEvent[]> = {
  delivered: [delivered],
  complained: [delivered, { type: 'email.complained', extra: {} }],
  bounced: [
    {
      type: 'email.bounced',
      extra: {
        bounce: {
          type: 'Permanent',
          subType: 'General',
          message: 'The recipient’s mail server says that there is no such mailbox.',
          diagnosticCode: ['smtp; 550 5.1.1 no such user'],
        },
      },
    },
  ],
  suppressed: [
    {
      type: 'email.suppressed',
      extra: {
        suppressed: {
          type: 'OnAccountSuppressionList',
          message: 'The address is on the suppression list of this account.',
        },
      },
    },
  ],
};
