import { createHash } from 'node:crypto';
import type { Envelope } from '../issue.ts';

/** One part of the mail that a variant may leave out; a group's shared part is a card of its own. */
export interface RenderedCard {
  /** From 1, in reading order. */
  position: number;
  /** `pick-3`, `shared-<tool>` or `shared-<tool>/pick-3`: what goes before the stroke must come along. */
  key: string;
  html: string;
  text: string;
}

/** One rendering: the mail around the cards, with the token `⟦cards⟧` where they go, and the cards. */
export interface Rendered {
  shellHtml: string;
  shellText: string;
  cards: RenderedCard[];
}

/** A revision as it is stored: rendering and envelope. */
export interface RevisionContent extends Rendered {
  envelope: Envelope;
}

/** Where the cards go in a shell. */
export const cardsToken = '⟦cards⟧';

/** SHA-256, hex, over everything a revision's mails are made of; the same whatever order Postgres keeps JSON keys in. */
export function hashRevision({ envelope, shellHtml, shellText, cards }: RevisionContent): string {
  const inOrder = cards.toSorted((a, b) => a.position - b.position);
  const parts = [
    envelope.from,
    envelope.replyTo,
    envelope.subject,
    envelope.preheader,
    envelope.publicUrl,
    envelope.postalAddress,
    envelope.newsletterName,
    envelope.keyId,
    sortedHeaders(envelope),
    shellHtml,
    shellText,
    inOrder.map(({ position, key, html, text }) => [position, key, html, text]),
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** The envelope's headers by name, in one order for ever. */
export function sortedHeaders(envelope: Envelope): [string, string][] {
  return Object.entries(envelope.headers).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** Card positions a variant of these picks needs, in reading order, shared parts included. */
export function listCardPositions(cards: Pick<RenderedCard, 'position' | 'key'>[], pickPositions: number[]): number[] {
  const wanted = new Set(pickPositions.map((position) => `pick-${position}`));
  const chosen = cards.filter(({ key }) => wanted.has(key.split('/').at(-1) ?? key));
  return withSharedCards(
    cards,
    chosen.map(({ position }) => position),
  );
}

/** The positions with each group's shared part put before the first of its challengers, where it is not named already. */
export function withSharedCards(cards: Pick<RenderedCard, 'position' | 'key'>[], positions: number[]): number[] {
  const keyAt = new Map(cards.map(({ position, key }) => [position, key]));
  const positionOf = new Map(cards.map(({ position, key }) => [key, position]));
  const complete: number[] = [];
  for (const position of positions) {
    const [shared, challenger] = (keyAt.get(position) ?? '').split('/');
    const sharedPosition = challenger === undefined ? undefined : positionOf.get(shared ?? '');
    if (sharedPosition !== undefined && !positions.includes(sharedPosition) && !complete.includes(sharedPosition))
      complete.push(sharedPosition);
    complete.push(position);
  }
  return complete;
}
