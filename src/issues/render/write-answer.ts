import type { WeeklyIssueProps } from '../../../emails/weekly-issue-props.ts';
import type { Tool } from '../../comparisons/comparison.ts';
import { countCodePoints, cutAtWord } from './clean-words.ts';
import type { MailPick } from './group-picks.ts';
import { compareTools, joinNames, listTools, percentText, shareOf, spokenName } from './tool-share.ts';

type Answer = WeeklyIssueProps['answer'];

/** Longest answer, in code points: five lines of a phone. */
export const answerLimit = 130;

/** The tools of an issue by their share: who leads, who follows, and at what. */
export interface Standing {
  top: number;
  leaders: Tool[];
  others: Tool[];
}

/** Who leads among the tools that have a share; null when none has. */
export function findStanding(picks: MailPick[]): Standing | null {
  const inOrder = picks.toSorted((a, b) => a.position - b.position).map(({ comparison }) => comparison);
  const rated = listTools(inOrder).filter((tool) => shareOf(tool) !== null);
  const ranked = rated.toSorted(compareTools);
  const top = ranked[0] && shareOf(ranked[0]);
  if (top === undefined || top === null) return null;
  return {
    top,
    leaders: ranked.filter((tool) => shareOf(tool) === top),
    others: ranked.filter((tool) => shareOf(tool) !== top),
  };
}

/** The week's answer in one sentence, and what the others stand at. Deterministic; says so when there is nothing to tell. */
export function writeAnswer(picks: MailPick[]): Answer {
  const standing = findStanding(picks);
  if (standing === null) return { headline: 'No panel verdict yet: read what the reviewers say.', because: null };
  const [first = '', ...rest] = headlines(standing);
  const fitting = [first, ...rest].find((headline) => countCodePoints(headline) <= answerLimit);
  return { headline: fitting ?? cutAtWord(first, answerLimit), because: writeRest(standing) };
}

/** Headlines from the fullest to the shortest. */
function headlines({ top, leaders, others }: Standing): string[] {
  const names = leaders.map(spokenName);
  const [first = ''] = names;
  const count = names.length;
  if (top < 50)
    return count === 1
      ? [`Nothing to ship yet: ${first} comes closest, at ${percentText(top)}.`, 'Nothing to ship yet.']
      : [`Nothing to ship yet: the best stand at ${percentText(top)}.`];
  if (count === 1) return [`Try ${first}: ${panelShips(top, 1)}.`, `Try ${first}.`];
  if (others.length === 0)
    return count === 2
      ? [`A tie: ${joinNames(names, 'and')} both stand at ${percentText(top)}.`, `A tie at ${percentText(top)}.`]
      : [`No clear winner: all ${count} tools stand at ${percentText(top)}.`];
  const short = [
    `Try ${first}, or one of ${count - 1} others: ${panelShips(top, count)}.`,
    `${count} tools tie at ${percentText(top)}.`,
  ];
  return count <= 3 ? [`Try ${joinNames(names, 'or')}: ${panelShips(top, count)}.`, ...short] : short;
}

function panelShips(share: number, count: number): string {
  if (share === 100) return `the whole panel ships ${['it', 'both', 'all three'][count - 1] ?? 'each'}`;
  return `${percentText(share)} of the panel ships ${count === 1 ? 'it' : 'each'}`;
}

/** Where those behind the leaders stand; null when there is nobody. */
export function writeRest({ others }: Standing): string | null {
  const shares = others.map((tool) => shareOf(tool) ?? 0);
  const [best] = shares;
  const least = shares.at(-1);
  if (best === undefined || least === undefined) return null;
  const names = joinNames(others.map(spokenName), 'and');
  if (best === least && others.length <= 3)
    return `${names} ${others.length === 1 ? 'stands' : 'stand'} at ${percentText(best)}.`;
  return best === least
    ? `The other ${others.length} stand at ${percentText(best)}.`
    : `The others stand between ${percentText(least)} and ${percentText(best)}.`;
}
