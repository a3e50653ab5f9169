import type { KeyRing } from '../platform/token.ts';

const purpose = 'unsubscribe';
const uuidBytes = 16;
const uuidForm = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Who is unsubscribed by a token, and through which delivery they got it. */
export interface UnsubscribeRight {
  subscriberId: string;
  deliveryId: string;
}

/**
 * A token that grants one thing: to unsubscribe this subscriber. It never expires and needs no row, so it outlives deletions
 * and restores; it names nobody to whoever reads it.
 */
export function createUnsubscribeToken(keys: KeyRing, right: UnsubscribeRight, keyId?: string): string {
  const payload = Buffer.concat([bytesOf(right.subscriberId), bytesOf(right.deliveryId)]);
  return keys.sign(purpose, payload, keyId);
}

/** What a token grants; undefined for anything this installation did not sign, to the last character. */
export function readUnsubscribeToken(keys: KeyRing, token: string): UnsubscribeRight | undefined {
  const payload = keys.verify(purpose, token);
  if (payload?.length !== 2 * uuidBytes) return undefined;
  // Base64 can be written in more than one way; only ours counts.
  if (keys.sign(purpose, payload, token.split('.')[0]) !== token) return undefined;
  return { subscriberId: uuidOf(payload.subarray(0, uuidBytes)), deliveryId: uuidOf(payload.subarray(uuidBytes)) };
}

/** The address a mail links and its List-Unsubscribe header names (RFC 8058); `publicUrl` has no trailing slash. */
export function unsubscribeUrl(publicUrl: string, token: string): string {
  return `${publicUrl}/unsubscribe/${token}`;
}

function bytesOf(uuid: string): Buffer {
  if (!uuidForm.test(uuid)) throw new Error('an unsubscribe token is made of two lower-case uuids');
  return Buffer.from(uuid.replaceAll('-', ''), 'hex');
}

function uuidOf(bytes: Buffer): string {
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
