import type { SlotName } from '../../../emails/slots.ts';
import type { Envelope } from '../issue.ts';
import { cleanWords, cutAtWord } from './clean-words.ts';
import {
  cardsToken,
  type RenderedCard,
  type RevisionContent,
  sortedHeaders,
  withSharedCards,
} from './revision-content.ts';
import { escapeSlotValue, type Piece, type SlotContext, splitAtSlots } from './slots.ts';

/** What differs from mail to mail. */
export interface MailValues {
  to: string;
  unsubscribeUrl: string;
  archiveUrl: string;
  firstName: string | null;
  issueId: string;
  deliveryId: string;
}

/** A variant ready to be written: constant bytes, and between each two of them the value that goes there. */
export interface PreparedVariant {
  /** One more than `order`. */
  constants: Buffer[];
  /** All of them together. */
  constantBytes: number;
  /** Which of `places` stands after each constant but the last. */
  order: number[];
  places: Place[];
}

/** Where one value goes: a slot in its context, or a field of the mail. */
type Place = { slot: SlotName; context: SlotContext } | { field: 'to' | 'issueId' | 'deliveryId' };

/** One mail as the provider takes it (POST /emails of Resend's reference). */
export interface Mail {
  from: string;
  to: string[];
  reply_to?: string;
  subject: string;
  html: string;
  text: string;
  headers: Record<string, string>;
  tags: { name: string; value: string }[];
}

/** Longest first name that is shown, in code points; longer ones are cut at a word. */
export const firstNameLimit = 60;

/** What the footer says where no name is known: "came to you because you confirmed". */
const namelessReader = 'you';

/**
 * Makes one ordered selection of a revision's cards ready: escaped for JSON once, split at the slots. Shared parts of
 * groups come along by themselves. Throws at a position that the revision does not have and at an unknown slot.
 */
export function prepareVariant(revision: RevisionContent, cardPositions: number[]): PreparedVariant {
  const { envelope } = revision;
  const cards = withSharedCards(revision.cards, cardPositions).map((position) => getCard(revision.cards, position));
  const html = fillCards(
    revision.shellHtml,
    cards.map((card) => card.html),
  );
  const text = fillCards(
    revision.shellText,
    cards.map((card) => card.text),
  );
  return joinPieces([
    ...openMail(envelope),
    ...quoted(splitAtSlots(html), 'html'),
    ',"text":',
    ...quoted(splitAtSlots(text), 'text'),
    ...closeMail(envelope),
  ]);
}

function openMail({ from, replyTo, subject }: Envelope): (string | Place)[] {
  const reply = replyTo === null ? '' : `,"reply_to":${JSON.stringify(replyTo)}`;
  return [
    `{"from":${JSON.stringify(from)},"to":["`,
    { field: 'to' },
    `"]${reply},"subject":${JSON.stringify(subject)},"html":`,
  ];
}

function closeMail(envelope: Envelope): (string | Place)[] {
  const headers = sortedHeaders(envelope).flatMap(([name, value], index) => [
    `${index === 0 ? '' : ','}${JSON.stringify(name)}:`,
    ...quoted(splitAtSlots(value), 'header'),
  ]);
  return [
    ',"headers":{',
    ...headers,
    '},"tags":[{"name":"issue_id","value":"',
    { field: 'issueId' },
    '"},{"name":"delivery_id","value":"',
    { field: 'deliveryId' },
    '"}]}',
  ];
}

function getCard(cards: RenderedCard[], position: number): RenderedCard {
  const card = cards.find((candidate) => candidate.position === position);
  if (card === undefined) throw new Error(`The revision has no card at position ${position}.`);
  return card;
}

function fillCards(shell: string, cards: string[]): string {
  const parts = shell.split(cardsToken);
  if (parts.length !== 2) throw new Error(`A shell has one place for cards, this one has ${parts.length - 1}.`);
  return parts.join(cards.join(''));
}

function quoted(pieces: Piece[], context: SlotContext): (string | Place)[] {
  const inner = pieces.map((piece) => (typeof piece === 'string' ? jsonInner(piece) : { ...piece, context }));
  return ['"', ...inner, '"'];
}

/** A string escaped for JSON, without the quotes round it. */
function jsonInner(words: string): string {
  return JSON.stringify(words).slice(1, -1);
}

function joinPieces(parts: (string | Place)[]): PreparedVariant {
  const prepared: PreparedVariant = { constants: [], constantBytes: 0, order: [], places: [] };
  let words = '';
  for (const part of parts) {
    if (typeof part === 'string') words += part;
    else {
      prepared.constants.push(Buffer.from(words));
      prepared.order.push(internPlace(prepared.places, part));
      words = '';
    }
  }
  prepared.constants.push(Buffer.from(words));
  prepared.constantBytes = prepared.constants.reduce((sum, bytes) => sum + bytes.length, 0);
  return prepared;
}

/** The index of a place among those known; a value that stands in several places is escaped once a mail. */
function internPlace(places: Place[], place: Place): number {
  const known = places.findIndex((candidate) => JSON.stringify(candidate) === JSON.stringify(place));
  return known === -1 ? places.push(place) - 1 : known;
}

/** The bytes of one mail, a JSON object: the variant's pieces with the escaped values between them. */
export function writeMail(variant: PreparedVariant, values: MailValues): Buffer {
  const written = writeValues(variant, values);
  const mail = Buffer.allocUnsafeSlow(measureMail(variant, written));
  putMail({ into: mail, at: 0 }, variant, written);
  return mail;
}

/** The escaped bytes for each of the variant's places. */
function writeValues({ places }: PreparedVariant, values: MailValues): Buffer[] {
  return places.map((place) => Buffer.from(jsonInner(getValue(place, values))));
}

function measureMail({ constantBytes, order }: PreparedVariant, written: Buffer[]): number {
  return order.reduce((sum, place) => sum + (written[place]?.length ?? 0), constantBytes);
}

interface Cursor {
  into: Buffer;
  at: number;
}

function putMail(cursor: Cursor, { constants, order }: PreparedVariant, written: Buffer[]): void {
  constants.forEach((constant, index) => {
    put(cursor, constant);
    const value = written[order[index] ?? -1];
    if (value !== undefined) put(cursor, value);
  });
}

function put(cursor: Cursor, bytes: Buffer): void {
  cursor.into.set(bytes, cursor.at);
  cursor.at += bytes.length;
}

function getValue(place: Place, values: MailValues): string {
  if ('field' in place) return values[place.field];
  return escapeSlotValue(slotValues[place.slot](values), place.context);
}

const slotValues: Record<SlotName, (values: MailValues) => string> = {
  unsubscribe_url: ({ unsubscribeUrl }) => unsubscribeUrl,
  archive_url: ({ archiveUrl }) => archiveUrl,
  first_name: ({ firstName }) => cutAtWord(cleanWords(firstName ?? ''), firstNameLimit) || namelessReader,
};

const openArray = Buffer.from('[');
const comma = Buffer.from(',');
const closeArray = Buffer.from(']');

/** One mail of a batch: a variant and what fills it. */
export interface FilledVariant {
  variant: PreparedVariant;
  values: MailValues;
}

/** The body of one batch call, a JSON array: every byte is copied once, to where it is sent from. */
export function writeBatch(mails: readonly FilledVariant[]): Buffer {
  const filled = mails.map(({ variant, values }) => ({ variant, written: writeValues(variant, values) }));
  const length = filled.reduce((sum, { variant, written }) => sum + measureMail(variant, written) + 1, 1);
  const cursor = { into: Buffer.allocUnsafeSlow(Math.max(length, 2)), at: 0 };
  put(cursor, openArray);
  filled.forEach(({ variant, written }, index) => {
    if (index > 0) put(cursor, comma);
    putMail(cursor, variant, written);
  });
  put(cursor, closeArray);
  return cursor.into;
}

/** One mail as a person may look at it: preview, archive and test are what the send would write. */
export function readMail(revision: RevisionContent, cardPositions: number[], values: MailValues): Mail {
  const bytes = writeMail(prepareVariant(revision, cardPositions), values);
  const mail: Mail = JSON.parse(bytes.toString());
  return mail;
}
