import type { Check } from './check-revision.ts';
import { slotNames } from '../../../emails/slots.ts';

const hrefs = /\shref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))/gi;
const slotTokens: readonly string[] = slotNames.map((name) => `⟦${name}⟧`);
const entities: Record<string, string> = {
  '&amp;': '&',
  '&quot;': '"',
  '&#x27;': "'",
  '&#39;': "'",
  '&lt;': '<',
  '&gt;': '>',
};

/** A finding for each link that leads nowhere or somewhere a mail must not: only http, https and mailto go out. */
export function checkLinks(html: string): Check[] {
  const links = [...html.matchAll(hrefs)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
  return [...new Set(links)]
    .filter((link) => !slotTokens.includes(link) && !isSafeLink(unescape(link)))
    .map((link) => ({
      code: 'link-unsafe',
      blocking: true,
      sentence: `The link “${link}” is not one a mail may carry: give it an address that begins with https://.`,
    }));
}

/** Whether a link has a scheme that a mail may carry and a place to go to. */
export function isSafeLink(link: string): boolean {
  if (link.trim() !== link || !/^(?:https?:\/\/[^/?#]|mailto:.)/i.test(link)) return false;
  try {
    const { protocol, hostname, username } = new URL(link);
    return protocol === 'mailto:' || (hostname !== '' && username === '');
  } catch {
    return false;
  }
}

function unescape(link: string): string {
  return link.replaceAll(/&(?:amp|quot|lt|gt|#39|#x27);/g, (entity) => entities[entity] ?? entity);
}
