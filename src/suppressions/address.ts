import { createHmac } from 'node:crypto';
import { domainToASCII } from 'node:url';
import type { Refusal } from '../platform/refusal.ts';

/** RFC 5321 section 4.5.3.1 with erratum 1690: 64 octets before the @, 254 in all, counted in the normal form. */
export const addressLengthLimit = 254;
export const localPartLengthLimit = 64;

/** RFC 5321 `Dot-string`: atoms of RFC 5322 section 3.2.3, lower case, joined by single dots. */
const dotString = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
/** Labels of 1 to 63 octets (RFC 1035 section 2.3.4), at least two of them, the last beginning with a letter. */
const hostName = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$/;
/** What a domain is made of before it is converted: the converter is a URL parser and would drop a path, a port or a tab. */
const domainText = /^(?:[\p{L}\p{M}\p{N}.\u3002\uFF0E\uFF61\u00B7\u30FB-]|\u200C|\u200D)+$/u;

/**
 * The one normal form of an address: white space around it (no-break space too) and one dot at the end of the domain are
 * dropped, letters are lower case, an international domain is in its ASCII form (UTS 46). A `+tag` and dots before the @
 * are kept: only the mailbox's own provider knows what they mean. Refused: quoted and non-ASCII local parts (the provider
 * does not promise to deliver them), address literals, domains of one label.
 */
export function normaliseAddress(text: string): string | Refusal<'bad-address'> {
  const trimmed = text.trim();
  if (trimmed.length > 2 * addressLengthLimit) return bad();
  const at = trimmed.lastIndexOf('@');
  const given = { local: trimmed.slice(0, Math.max(0, at)), domain: trimmed.slice(at + 1).replace(/\.$/, '') };
  // Tested before it is lowered: the Kelvin sign becomes a plain k.
  if (!/^[\x21-\x7e]+$/.test(given.local) || !domainText.test(given.domain)) return bad();
  const local = given.local.toLowerCase();
  const domain = domainToASCII(given.domain.normalize('NFC'));
  const address = `${local}@${domain}`;
  if (local.length > localPartLengthLimit || address.length > addressLengthLimit) return bad();
  return dotString.test(local) && hostName.test(domain) ? address : bad();
}

function bad(): Refusal<'bad-address'> {
  return { refused: 'bad-address', sentence: 'This is not an e-mail address we can mail: check it for typing errors.' };
}

/** HMAC-SHA256 of a normalised address, hex: what outlives an erased subscriber. */
export function hashAddress(pepper: Buffer, normalAddress: string): string {
  return createHmac('sha256', pepper).update(normalAddress).digest('hex');
}
