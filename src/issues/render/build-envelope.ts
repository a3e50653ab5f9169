import { slot } from '../../../emails/slots.ts';
import type { Envelope } from '../issue.ts';
import { cleanWords } from './clean-words.ts';
import { neutraliseTokens } from './slots.ts';

export interface EnvelopeFacts {
  from: string;
  replyTo: string | null;
  subject: string;
  preheader: string;
  publicUrl: string;
  postalAddress: string;
  newsletterName: string;
  keyId: string;
  issueNumber: number;
}

/**
 * The envelope of a revision. List-Unsubscribe and List-Unsubscribe-Post as RFC 8058 asks, List-Id as RFC 2919, Feedback-ID
 * as Gmail's Feedback Loop reads it (at most four fields, the last names the sender). Line breaks and other controls in
 * what people typed become blanks. Throws when `publicUrl` is no URL.
 */
export function buildEnvelope(facts: EnvelopeFacts): Envelope {
  const { hostname } = new URL(facts.publicUrl);
  const host = hostname.replaceAll(/[^a-z0-9.-]/g, '-');
  return {
    from: oneLine(facts.from),
    replyTo: facts.replyTo === null ? null : oneLine(facts.replyTo),
    subject: oneLine(facts.subject),
    preheader: oneLine(facts.preheader),
    publicUrl: facts.publicUrl.replace(/\/+$/, ''),
    postalAddress: oneLineAddress(facts.postalAddress),
    newsletterName: cleanWords(facts.newsletterName),
    keyId: facts.keyId,
    headers: {
      'List-Unsubscribe': `<${slot('unsubscribe_url')}>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      'List-Id': neutraliseTokens(`${listPhrase(facts.newsletterName)}<weekly-verdicts.${host}>`),
      'Feedback-ID': `issue-${facts.issueNumber}:weekly:verdicts:${feedbackSender(host)}`,
    },
  };
}

/** A postal address on one line: its line breaks become commas. */
export function oneLineAddress(address: string): string {
  return address
    .split(/[\r\n]+/)
    .map((line) => cleanWords(line).replace(/,$/, ''))
    .filter((line) => line !== '')
    .join(', ');
}

function oneLine(value: string): string {
  return value.replaceAll(/\p{Cc}+/gu, ' ').trim();
}

/** RFC 2919 allows a phrase before the id; a name outside ASCII would need encoding that providers do twice, so it is left out. */
function listPhrase(name: string): string {
  const clean = cleanWords(name);
  if (clean === '' || !/^[\u0020-\u007E]+$/.test(clean)) return '';
  return /^[A-Za-z0-9 ]+$/.test(clean) ? `${clean} ` : `"${clean.replaceAll(/["\\]/g, '\\$&')}" `;
}

/** Gmail wants 5 to 15 characters, the same in every mail of a sender. */
function feedbackSender(host: string): string {
  return host
    .replaceAll(/[^a-z0-9]/g, '')
    .slice(-15)
    .padEnd(5, '0');
}
