import type { VerdictPart } from '../../../emails/weekly-issue-props.ts';
import type { Tool } from '../../comparisons/comparison.ts';
import { averageScore, percentText, shareOf, spokenName } from './tool-share.ts';

/** The verdict on one tool against another, in one line: "100 % ship against 75 %", "A tie at 75 %". */
export function writeVerdict(tool: Tool, against: Tool): VerdictPart {
  return { of: null, line: verdictLine(tool, against), note: scoreNote(tool, against) };
}

/** The verdict on a pair, with the better side named: "Gemma 3n", "100 % ship against 75 %". */
export function writePairVerdict(left: Tool, right: Tool): VerdictPart {
  const [ahead, behind] = (shareOf(right) ?? -1) > (shareOf(left) ?? -1) ? [right, left] : [left, right];
  const isTie = shareOf(left) === shareOf(right);
  return { ...writeVerdict(ahead, behind), of: isTie ? null : spokenName(ahead) };
}

function verdictLine(tool: Tool, against: Tool): string {
  const share = shareOf(tool);
  const other = shareOf(against);
  if (share === null && other === null) return 'No panel verdict on either yet';
  if (share === null) return `No panel verdict yet, against ${percentText(other ?? 0)} ship`;
  if (other === null) return `${percentText(share)} ship, no panel verdict on ${spokenName(against)} yet`;
  return share === other
    ? `A tie at ${percentText(share)}`
    : `${percentText(share)} ship against ${percentText(other)}`;
}

/** Scores say something more only where the whole panel of both gave them. */
function scoreNote(tool: Tool, against: Tool): string | null {
  const score = averageScore(tool);
  const other = averageScore(against);
  if (score === null || other === null) return null;
  return Math.round(score) === Math.round(other)
    ? `average score ${Math.round(score)} for both`
    : `average score ${Math.round(score)} against ${Math.round(other)}`;
}
