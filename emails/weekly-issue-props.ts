/** What the weekly issue's templates are given: plain, finished sentences and figures, no decisions left to take. */
export interface WeeklyIssueProps {
  newsletterName: string;
  issueNumber: number;
  /** "Thursday 26 November 2026" */
  dateLine: string;
  /** "5 verdicts" */
  countLine: string;
  preheader: string;
  /** The week's answer in one sentence, and what it rests on. */
  answer: { headline: string; because: string | null };
  /** An editor's own words; null where nobody wrote any. */
  intro: string | null;
  sections: IssueSection[];
  reasons: ReasonLine[];
  postalAddress: string;
}

export type IssueSection = GroupSection | PairSection;

/** One tool and the challengers it was compared with, best first; the shared tool's words stand here alone. */
export interface GroupSection {
  kind: 'group';
  card: CardPlace;
  shared: ToolPart;
  challengers: ChallengerPart[];
}

/** One comparison that shares its tools with too few others to form a group. */
export interface PairSection {
  kind: 'pair';
  card: CardPlace;
  isLead: boolean;
  verdict: VerdictPart;
  left: ToolPart;
  right: ToolPart;
  /** The comparison's own page; where it has none, the lead links the issue in the archive. */
  link: string | null;
}

export interface ChallengerPart {
  card: CardPlace;
  isLead: boolean;
  verdict: VerdictPart;
  tool: ToolPart;
  /** The comparison's own page; where it has none, the lead links the issue in the archive. */
  link: string | null;
}

/** Where a part stands among the cards of the revision: from 1, in reading order. */
export interface CardPlace {
  position: number;
  key: string;
}

export interface VerdictPart {
  /** Whose verdict it is, where the card does not say: the better side of a pair. */
  of: string | null;
  /** "100 % ship against 75 %", "A tie at 75 %" */
  line: string;
  /** What else tells the two apart: "Average score 75 against 71". */
  note: string | null;
}

export interface ToolPart {
  name: string;
  category: string | null;
  /** What it is, in one line; null where the page does not say or another part of this mail has said it. */
  what: string | null;
  bestFor: string | null;
  pricing: string | null;
  share: SharePart;
  split: SplitPart;
  quotes: QuotePart[];
}

export interface SharePart {
  /** 0-100 */
  percent: number | null;
  /** "75 % ship", "No panel verdict yet" */
  line: string;
  /** The same for a narrow cell: "75 %", "none yet" */
  shortLine: string;
  /** "3 of 4 reviewers ship it", and what the community says, where the page has it. */
  notes: string[];
}

/** Who said what: a cell for each persona in fixed order, or none where the page names nobody. */
export interface SplitPart {
  cells: SplitCell[];
  /** What the cells cannot show: "4 reviewers, not named on the page". */
  note: string | null;
}

export interface SplitCell {
  persona: string;
  state: 'ship' | 'skip' | 'unstated' | 'absent';
  /** 0-100 */
  score: number | null;
}

export interface QuotePart {
  side: 'for' | 'against' | 'panel';
  words: string;
  /** "builder, 84 of 100"; null where the page names no reviewer, which the split says. */
  by: string | null;
}

/** Why one pick, or all of them, are in the issue. */
export interface ReasonLine {
  of: string;
  sentences: string;
}

/** What stands for the side of a quote, in words that do without colour. */
export const quoteSides: Record<QuotePart['side'], string> = { for: 'For', against: 'Against', panel: 'The panel' };
