import { paragraphs, textWidth, underline, wrap } from './parts/text-lines.ts';
import { factsText, quotesText, shareText, splitText, toolIntro } from './parts/text-tool.ts';
import { cardMarks, slot } from './slots.ts';
import type {
  ChallengerPart,
  GroupSection,
  IssueSection,
  PairSection,
  ReasonLine,
  ToolPart,
  VerdictPart,
  WeeklyIssueProps,
} from './weekly-issue-props.ts';

const rule = '-'.repeat(textWidth);

/** The plain text of the weekly issue, in the order of the HTML, with the same cut marks and slots. */
export function weeklyIssueText(props: WeeklyIssueProps): string {
  const top = paragraphs(
    underline(`${props.newsletterName}, issue ${props.issueNumber}`, '='),
    wrap(`${props.dateLine} · ${props.countLine}`),
    wrap(props.answer.headline),
    props.answer.because && wrap(props.answer.because),
    props.intro && wrap(props.intro),
  );
  return `${top}\n\n${props.sections.map(sectionText).join('')}${paragraphs(why(props.reasons), footer(props))}\n`;
}

function sectionText(section: IssueSection): string {
  if (section.kind === 'pair') return card(section.card.position, pair(section));
  const challengers = section.challengers.map((challenger) =>
    card(challenger.card.position, challengerText(challenger)),
  );
  return [card(section.card.position, shared(section)), ...challengers].join('');
}

/** A card takes the empty line after it along, so that cards can be joined in any selection. */
function card(position: number, text: string): string {
  const { begin, end } = cardMarks(position);
  return `${begin}${rule}\n\n${text}\n\n${end}`;
}

function shared({ shared: tool, challengers }: GroupSection): string {
  const rows = challengers.map(({ tool: { name, share, pricing } }) =>
    wrap([name, share.line, pricing].filter((part) => part !== null).join(', '), '  '),
  );
  return paragraphs(
    underline(tool.name, '='),
    `The tool that all ${challengers.length} below are compared with.`,
    toolBody(tool),
    [`${challengers.length} challengers, best first:`, ...rows].join('\n'),
  );
}

function challengerText({ tool, verdict, link, isLead }: ChallengerPart): string {
  const evidence = [splitText(tool.split), quotesText(tool.quotes), factsText(tool)];
  return paragraphs(
    underline(tool.name, '-'),
    toolIntro(tool),
    verdictText(verdict),
    ...evidence,
    linkText(link, isLead),
  );
}

function pair({ left, right, verdict, link, isLead }: PairSection): string {
  return paragraphs(
    underline(`${left.name} vs ${right.name}`, '='),
    verdictText(verdict),
    underline(left.name, '-'),
    toolBody(left),
    underline(right.name, '-'),
    toolBody(right),
    linkText(link, isLead),
  );
}

function toolBody(tool: ToolPart): string {
  const panel = [shareText(tool), splitText(tool.split)].filter(Boolean).join('\n');
  return paragraphs(toolIntro(tool), panel, quotesText(tool.quotes), factsText(tool));
}

function verdictText({ of, line, note }: VerdictPart): string {
  const whose = of === null ? '' : `${of}: `;
  return wrap(`${whose}${line}${note === null ? '' : `, ${note}`}`);
}

function linkText(link: string | null, isLead: boolean): string | null {
  if (link !== null) return `Read the comparison:\n${link}`;
  return isLead ? `Read this issue on the web:\n${slot('archive_url')}` : null;
}

function why(reasons: ReasonLine[]): string | null {
  if (reasons.length === 0) return null;
  const lines = reasons.map(({ of, sentences }) => wrap(`${of}: ${sentences}`));
  return paragraphs(rule, underline('Why these picks', '-'), ...lines);
}

function footer({ newsletterName, issueNumber, postalAddress }: WeeklyIssueProps): string {
  const sender = `${newsletterName} sends one mail a week. Issue ${issueNumber} came to ${slot('first_name')} because you confirmed that you want it.`;
  return paragraphs(
    rule,
    wrap(sender),
    `Unsubscribe:\n${slot('unsubscribe_url')}`,
    `Read this issue on the web:\n${slot('archive_url')}`,
    wrap(postalAddress),
  );
}
