import { sampleIssue } from './samples.ts';
import { Card, CutMarks } from './parts/card.tsx';
import { Footer, WhyThesePicks } from './parts/footer.tsx';
import { Layout } from './parts/layout.tsx';
import { Masthead } from './parts/masthead.tsx';
import { SharedCard } from './parts/shared-card.tsx';
import { ChallengerCard, PairCard } from './parts/verdict-card.tsx';
import type { IssueSection, WeeklyIssueProps } from './weekly-issue-props.ts';

interface TemplateProps extends WeeklyIssueProps {
  /** True writes the marks that the rendering is cut at. */
  isCut?: boolean;
}

/** The weekly issue, all of its cards in it. */
export default function WeeklyIssue({ isCut = false, ...props }: TemplateProps) {
  return (
    <CutMarks value={isCut}>
      <Layout title={`${props.newsletterName}, issue ${props.issueNumber}`} preheader={props.preheader}>
        <Masthead {...props} />
        {props.sections.map((section) => (
          <Section key={section.card.position} {...section} />
        ))}
        <WhyThesePicks reasons={props.reasons} />
        <Footer {...props} />
      </Layout>
    </CutMarks>
  );
}

function Section(section: IssueSection) {
  if (section.kind === 'pair')
    return (
      <Card position={section.card.position}>
        <PairCard {...section} />
      </Card>
    );
  return (
    <>
      <Card position={section.card.position}>
        <SharedCard {...section} />
      </Card>
      {section.challengers.map((challenger) => (
        <Card key={challenger.card.position} position={challenger.card.position}>
          <ChallengerCard {...challenger} />
        </Card>
      ))}
    </>
  );
}

WeeklyIssue.PreviewProps = sampleIssue satisfies TemplateProps;
