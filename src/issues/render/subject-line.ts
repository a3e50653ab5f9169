import type { Comparison } from '../../comparisons/comparison.ts';
import { countCodePoints, cutAtWord } from './clean-words.ts';
import { groupPicks, type MailPick, type PickSection } from './group-picks.ts';
import { joinNames, percentText, shareOf, spokenName } from './tool-share.ts';
import { findStanding, writeRest } from './write-answer.ts';

/** Longest subject and preheader, in code points: what a phone's inbox shows. */
export const subjectLimit = 60;
export const preheaderLimit = 110;

/** The subject from the picks: the fullest wording that fits `subjectLimit`, else the shortest cut at a word. */
export function writeSubject(picks: MailPick[]): string {
  return takeFitting(subjects(picks), subjectLimit);
}

/** The line after the subject: who leads and where the others stand, at most `preheaderLimit`. */
export function writePreheader(picks: MailPick[]): string {
  return takeFitting(preheaders(picks), preheaderLimit);
}

function takeFitting(wordings: string[], limit: number): string {
  return wordings.find((words) => countCodePoints(words) <= limit) ?? cutAtWord(wordings.at(-1) ?? '', limit);
}

function subjects(picks: MailPick[]): string[] {
  const [section] = groupPicks(picks);
  if (section === undefined) return ['No verdicts this week'];
  const restCount = picks.length - (section.kind === 'group' ? section.challengers.length : 1);
  return section.kind === 'group'
    ? groupSubjects(section, restCount)
    : pairSubjects(section.pick.comparison, restCount);
}

function groupSubjects({ shared, challengers }: Extract<PickSection, { kind: 'group' }>, restCount: number): string[] {
  const name = spokenName(shared);
  const more = restCount === 0 ? '' : `, and ${restCount} more`;
  const count = challengers.length;
  const tally = writeTally(
    challengers.map(({ tool }) => shareOf(tool)),
    shareOf(shared),
  );
  return [
    ...(tally === ''
      ? []
      : [`${name} against ${count} challengers: ${tally}${more}`, `${name} against ${count}: ${tally}`]),
    `${name} against ${count} challengers${more}`,
    `${count} challengers to ${name}`,
  ];
}

/** "3 win, 2 tie"; empty unless every share is known. */
function writeTally(shares: (number | null)[], other: number | null): string {
  if (other === null || shares.includes(null)) return '';
  const counts = [
    { verb: ['wins', 'win'], count: shares.filter((share) => (share ?? 0) > other).length },
    { verb: ['ties', 'tie'], count: shares.filter((share) => share === other).length },
    { verb: ['loses', 'lose'], count: shares.filter((share) => (share ?? 0) < other).length },
  ];
  return counts
    .filter(({ count }) => count > 0)
    .map(({ verb, count }) => `${count} ${verb[count === 1 ? 0 : 1]}`)
    .join(', ');
}

function pairSubjects({ left, right }: Comparison, restCount: number): string[] {
  const [ahead, behind] = (shareOf(right) ?? -1) > (shareOf(left) ?? -1) ? [right, left] : [left, right];
  const [best, other] = [shareOf(ahead), shareOf(behind)];
  const names = [spokenName(ahead), spokenName(behind)] as const;
  const more = restCount === 0 ? '' : `, and ${restCount} more`;
  const both = `${names[0]} or ${names[1]}`;
  if (best === null || other === null) return [`${both}: what the reviewers say${more}`, `${both}${more}`, both];
  if (best === other)
    return [`${both}: a tie at ${percentText(best)}${more}`, `${both}: a tie${more}`, `${both}${more}`, both];
  const beats = `${names[0]} beats ${names[1]}`;
  return [`${beats}, ${percentText(best)} to ${percentText(other)}${more}`, `${beats}${more}`, `${both}${more}`, beats];
}

function preheaders(picks: MailPick[]): string[] {
  const standing = findStanding(picks);
  const comparisons = picks.length === 1 ? '1 comparison' : `${picks.length} comparisons`;
  if (standing === null) return [`${comparisons}, no panel verdict yet: what the reviewers say, and what it costs.`];
  const { leaders, top } = standing;
  const names = joinNames(leaders.map(spokenName), 'and');
  const at = `at ${percentText(top)}`;
  const rest = writeRest(standing);
  const count = `${leaders.length} ${leaders.length === 1 ? 'tool' : 'tools'} ${at}`;
  return [
    ...(rest === null ? [] : [`${names} ${at}. ${rest}`, `${names} ${at}; the others below.`]),
    `${names} ${at}: who said ship, who said skip, and what it costs.`,
    ...(rest === null ? [] : [`${count}. ${rest}`]),
    `${names} ${at}.`,
    `${count}: who said ship, who said skip, and what it costs.`,
  ];
}
