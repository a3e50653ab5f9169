import { type SlotName, slotNames } from '../../../emails/slots.ts';

/** Where a slot stands decides how its value is escaped. */
export type SlotContext = 'html' | 'text' | 'header';

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

const escapers: Record<SlotContext, (value: string) => string> = {
  html: (value) => value.replaceAll(/[&<>"']/g, (character) => entities[character] ?? ''),
  text: (value) => value,
  // RFC 5322 section 2.2: a header's value holds no CR, LF or NUL; a value that brings one must not begin a header.
  header: (value) => value.replaceAll(/\p{Cc}/gu, ''),
};

/** A slot's value made safe for the place it stands in; still to be escaped for JSON. */
export function escapeSlotValue(value: string, context: SlotContext): string {
  return escapers[context](value);
}

/** A piece of a template: constant words, or the slot whose value goes there. */
export type Piece = string | { slot: SlotName };

const token = /⟦([^⟦⟧]*)⟧/g;
const brackets: Record<string, string> = { open: '⟦', close: '⟧' };

/**
 * Makes brackets in content harmless: every `⟦` that is left in a rendering then begins a token of ours. Characters that
 * neither Postgres nor HTML can hold go too.
 */
export function neutraliseTokens(content: string): string {
  return content
    .replaceAll(/[⟦⟧]/g, (bracket) => (bracket === '⟦' ? '⟦open⟧' : '⟦close⟧'))
    .replaceAll('\u0000', '')
    .replaceAll(/\p{Surrogate}/gu, '\u{FFFD}');
}

/** Splits a template at its slots; content's own brackets become text again. Throws at a token that is no slot. */
export function splitAtSlots(template: string): Piece[] {
  const pieces: Piece[] = [];
  let words = '';
  template.split(token).forEach((part, index) => {
    const bracket = index % 2 === 1 ? brackets[part] : part;
    if (bracket !== undefined) words += bracket;
    else {
      pieces.push(words, { slot: getSlotName(part) });
      words = '';
    }
  });
  return [...pieces, words].filter((piece) => piece !== '');
}

function getSlotName(name: string): SlotName {
  const known = slotNames.find((slotName) => slotName === name);
  if (known === undefined) throw new Error(`The rendering names the slot “${name}”, which nobody fills.`);
  return known;
}

/** Names of tokens in a template that are neither slots nor content's own brackets. */
export function listUnknownSlots(template: string): string[] {
  const known: readonly string[] = [...slotNames, ...Object.keys(brackets)];
  return [...template.matchAll(token)].map((match) => match[1] ?? '').filter((name) => !known.includes(name));
}
