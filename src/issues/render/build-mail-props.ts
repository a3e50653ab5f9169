import type { CardPlace, ChallengerPart, IssueSection, WeeklyIssueProps } from '../../../emails/weekly-issue-props.ts';
import { oneLineAddress } from './build-envelope.ts';
import { buildToolPart, type Told } from './build-tool-part.ts';
import { cleanOrNull, cleanWords, cutAtWord } from './clean-words.ts';
import { writeDateLine } from './date-line.ts';
import { groupPicks, type MailPick, type PickSection } from './group-picks.ts';
import { preheaderLimit } from './subject-line.ts';
import { writeAnswer } from './write-answer.ts';
import { writeReasons } from './write-reasons.ts';
import { writePairVerdict, writeVerdict } from './write-verdict.ts';

export interface MailFacts {
  picks: MailPick[];
  issueNumber: number;
  /** The day the issue goes out, and the zone that day is told in. */
  sendAt: Date;
  timeZone: string;
  newsletterName: string;
  postalAddress: string;
  preheader: string;
  intro: string | null;
}

/** Longest editor's introduction, in code points. */
export const introLimit = 600;

/** Turns picks and envelope facts into what the templates print. Pure: the same facts give the same props. */
export function buildMailProps(facts: MailFacts): WeeklyIssueProps {
  const count = facts.picks.length;
  return {
    newsletterName: cleanWords(facts.newsletterName),
    issueNumber: facts.issueNumber,
    dateLine: writeDateLine(facts.sendAt, facts.timeZone),
    countLine: `${count} ${count === 1 ? 'verdict' : 'verdicts'}`,
    preheader: cutAtWord(facts.preheader, preheaderLimit),
    answer: writeAnswer(facts.picks),
    intro: cleanOrNull(facts.intro, introLimit),
    sections: buildSections(groupPicks(facts.picks)),
    reasons: writeReasons(facts.picks.toSorted((a, b) => a.position - b.position)),
    postalAddress: oneLineAddress(facts.postalAddress),
  };
}

function buildSections(sections: PickSection[]): IssueSection[] {
  const told: Told = { tools: new Set(), sentences: new Set() };
  let position = 0;
  const place = (key: string): CardPlace => ({ position: (position += 1), key });
  return sections.map((section, index) =>
    section.kind === 'pair'
      ? buildPair(section.pick, { told, card: place(`pick-${section.pick.position}`), isLead: index === 0 })
      : buildGroup(section, { told, place, isLead: index === 0 }),
  );
}

function buildPair({ comparison, link }: MailPick, at: { told: Told; card: CardPlace; isLead: boolean }): IssueSection {
  const { left, right } = comparison;
  return {
    kind: 'pair',
    card: at.card,
    isLead: at.isLead,
    verdict: writePairVerdict(left, right),
    left: buildToolPart(left, at.told),
    right: buildToolPart(right, at.told),
    link,
  };
}

interface GroupPlace {
  told: Told;
  place: (key: string) => CardPlace;
  isLead: boolean;
}

function buildGroup(group: Extract<PickSection, { kind: 'group' }>, { told, place, isLead }: GroupPlace): IssueSection {
  const key = `shared-${group.shared.slug.replaceAll('/', '-')}`;
  const card = place(key);
  const shared = buildToolPart(group.shared, told);
  const challengers = group.challengers.map(({ tool, pick }, index): ChallengerPart => {
    const part = buildToolPart(tool, told);
    return {
      card: place(`${key}/pick-${pick.position}`),
      isLead: isLead && index === 0,
      verdict: writeVerdict(tool, group.shared),
      // What all of a group are is said once, with the shared tool.
      tool: part.category === shared.category ? { ...part, category: null } : part,
      link: pick.link,
    };
  });
  return { kind: 'group', card, shared, challengers };
}
