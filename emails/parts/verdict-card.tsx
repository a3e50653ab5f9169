import type { ChallengerPart, PairSection, ToolPart, VerdictPart } from '../weekly-issue-props.ts';
import { Ruled, Surface } from './box.tsx';
import { Quotes } from './quotes.tsx';
import { ReadLink } from './read-link.tsx';
import { ReviewerSplit } from './reviewer-split.tsx';
import { Bar, ShareBar } from './share-bar.tsx';
import { ToolFacts } from './tool-facts.tsx';
import { ToolHead } from './tool-head.tsx';
import { Words } from './words.tsx';

/** A verdict line up to this many characters fits a phone and is not broken. */
const unbrokenLimit = 30;

/** One challenger of a group: the verdict against the shared tool, then what it rests on. */
export function ChallengerCard({ tool, verdict, link, isLead }: ChallengerPart) {
  const Frame = isLead ? Surface : Ruled;
  return (
    <Frame top={isLead ? 16 : 24}>
      <ToolHead tool={tool} as="h3" />
      <Verdict {...verdict} />
      {tool.share.percent !== null && <Bar percent={tool.share.percent} />}
      <ReviewerSplit split={tool.split} />
      <Quotes quotes={tool.quotes} />
      <ToolFacts tool={tool} />
      <ReadLink link={link} of={isLead ? 'the comparison' : `the ${tool.name} comparison`} isLead={isLead} />
    </Frame>
  );
}

/** A comparison by itself: both sides in full, the verdict above them. */
export function PairCard({ left, right, verdict, link, isLead }: PairSection) {
  const Frame = isLead ? Surface : Ruled;
  return (
    <Frame top={32}>
      <Words as="h2" size={20}>
        <bdi>{left.name}</bdi> vs <bdi>{right.name}</bdi>
      </Words>
      <Verdict {...verdict} />
      <Side tool={left} />
      <Side tool={right} />
      <ReadLink link={link} of={isLead ? 'the comparison' : `${left.name} vs ${right.name}`} isLead={isLead} />
    </Frame>
  );
}

function Verdict({ of, line, note }: VerdictPart) {
  return (
    <Words isStrong top={12} style={{ fontVariantNumeric: 'tabular-nums' }}>
      {of && `${of}: `}
      <span style={{ whiteSpace: line.length > unbrokenLimit ? 'normal' : 'nowrap' }}>{line}</span>
      {note && (
        <Words as="span" size={13} tone="muted">
          {` · ${note}`}
        </Words>
      )}
    </Words>
  );
}

function Side({ tool }: { tool: ToolPart }) {
  return (
    <>
      <ToolHead tool={tool} as="h3" size={16} top={28} />
      <ShareBar share={tool.share} top={8} />
      <ReviewerSplit split={tool.split} />
      <Quotes quotes={tool.quotes} />
      <ToolFacts tool={tool} />
    </>
  );
}
