import type { DraftCheck } from '../issues/render-draft.ts';

/** What each check looks for, in words that are true when it passes. */
export const checkNames: Record<DraftCheck['code'], string> = {
  'no-cards': 'There is a verdict in it',
  'too-few-picks': 'There are enough picks',
  'went-out': 'It repeats nothing that went out before',
  'render-failed': 'It can be rendered',
  'html-too-large': 'The HTML stays under 95 KB with the longest values',
  'text-missing': 'Every part has a text version',
  'unsubscribe-missing': 'The unsubscribe link is in the HTML and in the text',
  'one-click-missing': 'The headers offer one-click unsubscribe',
  'postal-address-missing': 'The postal address is in it',
  'subject-missing': 'There is a subject',
  'subject-long': 'The subject fits',
  'preheader-long': 'The preheader fits',
  'header-unsafe': 'No header breaks its line',
  'link-unsafe': 'Every link is safe',
  'alt-missing': 'Every picture has a description',
  'slot-unknown': 'Every slot is filled',
};
