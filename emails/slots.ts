/**
 * Every value that differs from mail to mail. A template can name no other: `slot('vote_url')` does not compile
 * until the page behind it exists and its name stands here.
 */
export const slotNames = ['unsubscribe_url', 'archive_url', 'first_name'] as const;
export type SlotName = (typeof slotNames)[number];

/** The token that stands for a slot until the mail is written; React, HTML and plain text let it through unharmed. */
export function slot(name: SlotName): string {
  return `⟦${name}⟧`;
}

/** Marks where card `position` begins and ends; the rendering is cut there and the marks are gone. */
export function cardMarks(position: number): { begin: string; end: string } {
  return { begin: `⟦begin:${position}⟧`, end: `⟦end:${position}⟧` };
}
