import { Buffer } from 'node:buffer';
import type { SlotName } from '../../../emails/slots.ts';
import { firstNameLimit } from './assemble.ts';
import { oneLineAddress } from './build-envelope.ts';
import { countCodePoints } from './clean-words.ts';
import { checkLinks } from './check-links.ts';
import type { Envelope } from '../issue.ts';
import { cardsToken, type Rendered } from './revision-content.ts';
import { escapeSlotValue, listUnknownSlots, splitAtSlots } from './slots.ts';
import { preheaderLimit, subjectLimit } from './subject-line.ts';

export type CheckCode =
  | 'html-too-large'
  | 'text-missing'
  | 'unsubscribe-missing'
  | 'one-click-missing'
  | 'postal-address-missing'
  | 'subject-missing'
  | 'subject-long'
  | 'preheader-long'
  | 'header-unsafe'
  | 'link-unsafe'
  | 'alt-missing'
  | 'slot-unknown'
  | 'no-cards';

/** What is wrong with a revision; a blocking one keeps the issue from being approved. */
export interface Check {
  code: CheckCode;
  blocking: boolean;
  sentence: string;
}

/** Largest HTML of one mail in bytes; Gmail cuts a mail off at about 102 KB. */
export const htmlBytesLimit = 95 * 1024;

/** The longest values a slot can take, so that the check is of the worst mail, not of a typical one. */
const longestValues: Record<SlotName, string> = {
  unsubscribe_url: 'x'.repeat(300),
  archive_url: 'x'.repeat(300),
  first_name: '"'.repeat(firstNameLimit),
};

/** Every fault of the worst mail that can come of this revision: all of its cards, the longest values. Empty when it may go out. */
export function checkRevision(rendered: Rendered, envelope: Envelope): Check[] {
  const html = [rendered.shellHtml, ...rendered.cards.map((card) => card.html)];
  const text = [rendered.shellText, ...rendered.cards.map((card) => card.text)];
  return [
    ...checkSize(rendered),
    ...checkSlots([...html, ...text, ...Object.values(envelope.headers)]),
    ...checkUnsubscribe(rendered, envelope),
    ...checkParts(rendered, envelope),
    ...checkEnvelope(envelope),
    ...html.flatMap((part) => checkLinks(part)),
    ...checkImages(html),
  ];
}

function blocking(code: CheckCode, sentence: string): Check {
  return { code, blocking: true, sentence };
}

function checkSize({ shellHtml, cards }: Rendered): Check[] {
  const sections = [
    { name: 'the mail around the cards', bytes: worstBytes(shellHtml.replace(cardsToken, '')) },
    ...cards.map(({ key, html }) => ({ name: key, bytes: worstBytes(html) })),
  ];
  const total = sections.reduce((sum, { bytes }) => sum + bytes, 0);
  if (total <= htmlBytesLimit) return [];
  const list = sections.toSorted((a, b) => b.bytes - a.bytes).map(({ name, bytes }) => `${name} ${bytes}`);
  const mend = 'Take a pick out, or shorten the largest.';
  return [
    blocking(
      'html-too-large',
      `The HTML can be ${total} bytes, ${htmlBytesLimit} is the limit: ${list.join(', ')}. ${mend}`,
    ),
  ];
}

/** Bytes of a part with the longest values in its slots; an unknown token counts as it stands. */
function worstBytes(part: string): number {
  if (listUnknownSlots(part).length > 0) return Buffer.byteLength(part);
  const filled = splitAtSlots(part).map((piece) =>
    typeof piece === 'string' ? piece : escapeSlotValue(longestValues[piece.slot], 'html'),
  );
  return Buffer.byteLength(filled.join(''));
}

function checkSlots(parts: string[]): Check[] {
  const unknown = new Set(parts.flatMap((part) => listUnknownSlots(part.replace(cardsToken, ''))));
  return [...unknown].map((name) =>
    blocking('slot-unknown', `Nobody fills “${name}” in this mail: take it out of the template.`),
  );
}

function checkUnsubscribe({ shellHtml, shellText }: Rendered, { headers }: Envelope): Check[] {
  const token = '⟦unsubscribe_url⟧';
  const checks: Check[] = [];
  if (!shellHtml.includes(`href="${token}"`) || !shellText.includes(token))
    checks.push(
      blocking(
        'unsubscribe-missing',
        'The HTML and the text both need the unsubscribe link: put it back into the footer.',
      ),
    );
  const isOneClick = headers['List-Unsubscribe-Post'] === 'List-Unsubscribe=One-Click';
  if (headers['List-Unsubscribe'] !== `<${token}>` || !isOneClick)
    checks.push(
      blocking('one-click-missing', 'The headers lack one-click unsubscribe (RFC 8058): build the envelope again.'),
    );
  return checks;
}

function checkParts({ shellHtml, shellText, cards }: Rendered, { postalAddress }: Envelope): Check[] {
  const checks: Check[] = [];
  if (cards.length === 0) checks.push(blocking('no-cards', 'The issue has no verdict in it: pick a comparison.'));
  if (shellText.replace(cardsToken, '').trim() === '' || cards.some(({ text }) => text.trim() === ''))
    checks.push(blocking('text-missing', 'The mail needs a text part: every card and the frame have one.'));
  const address = oneLineAddress(postalAddress);
  const isInHtml = shellHtml.includes(escapeSlotValue(address, 'html').replaceAll('&#39;', '&#x27;'));
  const isInText = shellText.replaceAll(/\s+/g, ' ').includes(address);
  if (address === '' || !isInHtml || !isInText)
    checks.push(
      blocking('postal-address-missing', 'The mail needs the postal address of its sender: set POSTAL_ADDRESS.'),
    );
  return checks;
}

function checkEnvelope({ subject, preheader, from, replyTo, headers }: Envelope): Check[] {
  const checks: Check[] = [];
  if (subject.trim() === '') checks.push(blocking('subject-missing', 'The issue needs a subject.'));
  const subjectCount = countCodePoints(subject);
  if (subjectCount > subjectLimit)
    checks.push({
      code: 'subject-long',
      blocking: false,
      sentence: `The subject has ${subjectCount} characters, a phone shows ${subjectLimit}.`,
    });
  const preheaderCount = countCodePoints(preheader);
  if (preheaderCount > preheaderLimit)
    checks.push({
      code: 'preheader-long',
      blocking: false,
      sentence: `The preheader has ${preheaderCount} characters, an inbox shows ${preheaderLimit}.`,
    });
  const values = [subject, from, replyTo ?? '', ...Object.keys(headers), ...Object.values(headers)];
  if (values.some((value) => /\p{Cc}/u.test(value)))
    checks.push(
      blocking(
        'header-unsafe',
        'A header holds a line break or another control: type the subject and the addresses again.',
      ),
    );
  return checks;
}

function checkImages(parts: string[]): Check[] {
  const images = parts.flatMap((part) => part.match(/<img\b[^>]*>/gi) ?? []);
  const isBare = images.some((image) => !/\salt\s*=/i.test(image));
  return isBare
    ? [
        blocking(
          'alt-missing',
          'A picture has no alternative text: give it one, or an empty one where it says nothing.',
        ),
      ]
    : [];
}
