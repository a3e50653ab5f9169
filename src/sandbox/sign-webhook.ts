import { Webhook } from 'standardwebhooks';

/** What is signed and sent: an id, the exact body and the secret (`whsec_` and base64). */
export interface SignedParts {
  id: string;
  payload: string;
  secret: string;
  /** When it is sent. */
  sentAt: Date;
}

/**
 * The headers of one attempt, as Svix signs them (HMAC-SHA256 over `id.timestamp.body`). The timestamp is the attempt's own, not the
 * event's: the receiver's tolerance of five minutes could not be met by a retry otherwise.
 */
export function signWebhook({ id, payload, secret, sentAt }: SignedParts): Record<string, string> {
  return {
    'content-type': 'application/json',
    'svix-id': id,
    'svix-timestamp': String(Math.floor(sentAt.getTime() / 1000)),
    'svix-signature': new Webhook(secret).sign(id, sentAt, payload),
  };
}
