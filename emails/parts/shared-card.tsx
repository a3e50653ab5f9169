import type { GroupSection } from '../weekly-issue-props.ts';
import { Surface } from './box.tsx';
import { ChallengerTable } from './challenger-table.tsx';
import { Quotes } from './quotes.tsx';
import { ReviewerSplit } from './reviewer-split.tsx';
import { ShareBar } from './share-bar.tsx';
import { ToolFacts } from './tool-facts.tsx';
import { ToolHead } from './tool-head.tsx';
import { Words } from './words.tsx';

/** The tool that several comparisons share, once, and the table of its challengers. */
export function SharedCard({ shared, challengers }: GroupSection) {
  return (
    <Surface top={32}>
      <Words size={13} tone="muted">
        {`The tool that all ${challengers.length} below are compared with`}
      </Words>
      <ToolHead tool={shared} as="h2" />
      <ShareBar share={shared.share} />
      <ReviewerSplit split={shared.split} />
      <Quotes quotes={shared.quotes} />
      <ToolFacts tool={shared} />
      <ChallengerTable challengers={challengers} />
    </Surface>
  );
}
