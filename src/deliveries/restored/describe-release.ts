import { pairSlugOf } from '../../comparisons/slug.ts';
import { countOf } from '../../platform/count-of.ts';
import type { NotedIssue, Repeating } from './note-unknown.ts';
import type { Released } from './release-hold.ts';

const subjectLimit = 120;

/** What a release found and did, a sentence or two for each thing, as a person reads it on the terminal. */
export function describeRelease(released: Released): string[] {
  const { issue, notedCount, isBlind, unknown, repeating } = released;
  const name = issue?.number == null ? undefined : `Issue ${issue.number} (${issue.state})`;
  return [
    ...(notedCount > 0
      ? [`${name}: the provider had taken ${countOf(notedCount, 'mail')} without a note of it here; that is noted now.`]
      : []),
    ...unknown.map(describeUnknown),
    ...(repeating === undefined ? [] : [describeRepeating(repeating)]),
    ...(unknown.length > 0 ? [whatIsLost] : []),
    ...describeUntold(released),
    ...(isBlind && name !== undefined
      ? [
          `${name}: this key may not list what was sent, so it waits for your word; who has it already is not known here.`,
        ]
      : []),
    'Sending is on. What this database is now is what it will be compared with.',
  ];
}

/** What an older database lacks beside the issue itself; the provider knows of a part of it. */
const whatIsLost =
  'Who signed up or unsubscribed after the backup is not known here either; look through the suppressions, bounces and complaints at the provider since then before the next issue goes out.';

function describeUnknown(issue: NotedIssue): string {
  const { number } = issue;
  const next = number === null ? '' : ` It was issue ${number}: the next one here gets a higher number.`;
  return describeMails(issue) + next;
}

function describeMails({ subject, mailsCount, firstAt, lastAt, picks }: NotedIssue): string {
  const taken = `The provider took ${countOf(mailsCount, 'mail')}, "${subject.slice(0, subjectLimit)}", ${describeDays(firstAt, lastAt)}, of an issue this database does not know to have gone out`;
  if (picks.length === 0)
    return `${taken}; which comparisons it carried could not be read, so they may be picked again.`;
  const here = [...new Set(picks.flatMap(({ slug }) => slug ?? []))];
  const missing = picks.filter(({ slug }) => slug === null).map((pick) => pairSlugOf(pick.leftSlug, pick.rightSlug));
  const found =
    here.length === 0
      ? 'none of its comparisons is here.'
      : here.length === 1
        ? `its comparison found here is not picked again: ${here.join()}.`
        : `its ${here.length} comparisons found here are not picked again: ${here.join(', ')}.`;
  if (missing.length === 0) return `${taken}; ${found}`;
  return `${taken}; ${found} Not here, and not picked either should they be imported: ${missing.join(', ')}.`;
}

function describeDays(firstAt: Date, lastAt: Date): string {
  const [first, last] = [firstAt, lastAt].map((at) => at.toISOString().slice(0, 10));
  return first === last ? `on ${first}` : `from ${first} to ${last}`;
}

function describeRepeating({ number, state, wasApproved, sentence }: Repeating): string {
  const name = `Issue ${number ?? 'without a number'} (${state}): ${sentence}`;
  if (state !== 'draft') return `${name} It goes on where it stands; \`issue cancel ${number}\` stops it.`;
  const done = wasApproved ? 'Its approval is taken back' : 'It cannot be approved';
  return `${name} ${done}; \`issue cancel ${number}\` makes room for the next.`;
}

/** What could not be looked at, so that nobody takes silence for an all-clear. */
function describeUntold({ isBlind, isUntagged, unaskedCount }: Released): string[] {
  const told: string[] = [];
  if (isBlind)
    told.push(
      'This key may not list what was sent, so an issue composed after the backup is not known here, and its comparisons may be picked again.',
    );
  if (isUntagged)
    told.push(
      'The provider does not tell the tags of what it took, so an issue composed after the backup is not known here, and its comparisons may be picked again.',
    );
  if (unaskedCount > 0)
    told.push(`${unaskedCount} further mails from this sender were not looked into: they have too many subjects.`);
  return told;
}
