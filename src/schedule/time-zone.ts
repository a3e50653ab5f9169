import type { Refusal } from '../platform/refusal.ts';

/**
 * The name of a time zone as the IANA database writes it, whatever its case here. Fixed offsets such as `+01:00` are refused:
 * nobody lives by one, and Postgres reads their sign the other way round.
 */
export function readTimeZone(text: string): string | Refusal<'no-such-zone'> {
  if (text.trim() === '')
    return { refused: 'no-such-zone', sentence: 'A time zone needs a name: write one such as Europe/Berlin or UTC.' };
  const name = /^[A-Za-z]/.test(text) ? findZone(text) : undefined;
  if (name !== undefined) return name;
  return {
    refused: 'no-such-zone',
    sentence: `There is no time zone ${text.slice(0, 60)}; write one such as Europe/Berlin or UTC.`,
  };
}

function findZone(text: string): string | undefined {
  const isSame = (zone: string) => zone.toLowerCase() === text.toLowerCase();
  const written = Intl.supportedValuesOf('timeZone').find(isSame);
  if (written !== undefined) return written;
  try {
    // What is not on the list may be a link, such as UTC; it keeps the name it was given.
    const resolved = new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone;
    return isSame(resolved) ? resolved : text;
  } catch {
    return undefined;
  }
}
