import type { ReasonLine } from '../../../emails/weekly-issue-props.ts';
import { cleanOrNull } from './clean-words.ts';
import { groupPicks, type MailPick } from './group-picks.ts';
import { spokenName } from './tool-share.ts';

/** How many reasons a pick shows beside those that hold for all of them. */
const ownReasonsCount = 2;
const sentenceLimit = 160;

/** Why these picks: what holds for all of them once, then each pick's own strongest reasons; reasons without points stay out. */
export function writeReasons(picks: MailPick[]): ReasonLine[] {
  const perPick = picks.map((pick) => ({ pick, sentences: listSentences(pick) }));
  const labels = labelPicks(picks);
  const [first] = perPick;
  const forAll =
    picks.length < 2
      ? []
      : (first?.sentences ?? []).filter((sentence) => perPick.every(({ sentences }) => sentences.includes(sentence)));
  const own = perPick.map(({ pick, sentences }) => ({
    of: labels.get(pick) ?? '',
    sentences: sentences.filter((sentence) => !forAll.includes(sentence)).slice(0, ownReasonsCount),
  }));
  return [{ of: `All ${picks.length}`, sentences: forAll }, ...own]
    .filter(({ sentences }) => sentences.length > 0)
    .map(({ of, sentences }) => ({ of, sentences: `${sentences.join('; ')}.` }));
}

/** A challenger by its own name, since its group shares the other; a pair by both. */
function labelPicks(picks: MailPick[]): Map<MailPick, string> {
  const labels = new Map<MailPick, string>();
  for (const section of groupPicks(picks)) {
    if (section.kind === 'group') for (const { tool, pick } of section.challengers) labels.set(pick, spokenName(tool));
    else {
      const { left, right } = section.pick.comparison;
      labels.set(section.pick, `${spokenName(left)} vs ${spokenName(right)}`);
    }
  }
  return labels;
}

function listSentences({ reasons }: MailPick): string[] {
  return reasons
    .filter(({ points }) => points !== 0)
    .toSorted((a, b) => Math.abs(b.points) - Math.abs(a.points))
    .flatMap(({ sentence }) => cleanOrNull(sentence.replace(/\.$/, ''), sentenceLimit) ?? []);
}
