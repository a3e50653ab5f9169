import { render } from '@react-email/components';
import { createElement } from 'react';
import { cardMarks } from '../../../emails/slots.ts';
import type { CardPlace, WeeklyIssueProps } from '../../../emails/weekly-issue-props.ts';
import { weeklyIssueText } from '../../../emails/weekly-issue-text.ts';
import WeeklyIssue from '../../../emails/weekly-issue.tsx';
import { cardsToken, type Rendered } from './revision-content.ts';
import { listUnknownSlots, neutraliseTokens } from './slots.ts';

/** Comments that React leaves between neighbouring texts; the bytes are wasted in a mail. */
const reactComments = /<!--(?: |\/?\$!?|html|head|body)?-->/g;

/** Renders the whole mail once, HTML and text, and cuts it into shell and cards. The same props give the same bytes. */
export async function renderRevision(props: WeeklyIssueProps): Promise<Rendered> {
  const safe = neutralise(props);
  const html = await render(createElement(WeeklyIssue, { ...safe, isCut: true }));
  const places = listPlaces(safe);
  const htmlCut = cutAtMarks(html.replaceAll(reactComments, ''), places);
  const textCut = cutAtMarks(weeklyIssueText(safe), places);
  const cards = places.map(({ position, key }, index) => ({
    position,
    key,
    html: htmlCut.cards[index] ?? '',
    text: textCut.cards[index] ?? '',
  }));
  return { shellHtml: htmlCut.shell, shellText: textCut.shell, cards };
}

/** Every string in the props with its brackets made harmless. */
function neutralise<T>(value: T): T;
function neutralise(value: unknown): unknown {
  if (typeof value === 'string') return neutraliseTokens(value);
  if (Array.isArray(value)) return value.map((part) => neutralise(part));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, neutralise(part)]));
}

function listPlaces({ sections }: WeeklyIssueProps): CardPlace[] {
  return sections.flatMap((section) =>
    section.kind === 'pair' ? [section.card] : [section.card, ...section.challengers.map(({ card }) => card)],
  );
}

/**
 * Cuts a rendering at its marks: what lies between them are the cards, what is left is the shell. Throws when a mark is
 * missing, doubled or out of order, when anything stands between two cards, and when an unknown token is left over.
 */
export function cutAtMarks(rendering: string, places: CardPlace[]): { shell: string; cards: string[] } {
  const cards: string[] = [];
  let before: string | undefined;
  let rest = rendering;
  for (const { position } of places) {
    const { begin, end } = cardMarks(position);
    const gap = takeUntil(begin, rest);
    before ??= gap.taken;
    if (cards.length > 0 && gap.taken !== '')
      throw new Error(`Something stands between the cards before card ${position}.`);
    const card = takeUntil(end, gap.rest);
    cards.push(card.taken);
    rest = card.rest;
  }
  const shell = `${before ?? ''}${cardsToken}${rest}`;
  refuseLeftOvers([shell.replace(cardsToken, ''), ...cards]);
  return { shell, cards };
}

function takeUntil(mark: string, rendering: string): { taken: string; rest: string } {
  const at = rendering.indexOf(mark);
  if (at === -1) throw new Error(`The rendering lacks the mark ${mark}.`);
  return { taken: rendering.slice(0, at), rest: rendering.slice(at + mark.length) };
}

function refuseLeftOvers(parts: string[]): void {
  const unknown = parts.flatMap((part) => listUnknownSlots(part));
  if (unknown.length > 0) throw new Error(`The rendering has tokens that nobody fills: ${unknown.join(', ')}.`);
}
