import { type QuotePart, quoteSides } from '../weekly-issue-props.ts';
import { Box } from './box.tsx';
import { light, type Tone } from './tokens.ts';
import { Words } from './words.tsx';

const tones: Record<QuotePart['side'], Tone> = { for: 'ship', against: 'skip', panel: 'muted' };

/** The strongest sentence for a tool and against it, with who said it. */
export function Quotes({ quotes }: { quotes: QuotePart[] }) {
  return quotes.map((quote) => <Quote key={quote.side} {...quote} />);
}

function Quote({ side, words, by }: QuotePart) {
  const tone = tones[side];
  return (
    <Box top={12} className={`rule-${tone}`} style={{ paddingLeft: '12px', borderLeft: `2px solid ${light[tone]}` }}>
      <Words size={13} tone={tone} isStrong>
        {quoteSides[side]}
        {by && (
          <Words as="span" size={13} tone="muted">
            {` · ${by}`}
          </Words>
        )}
      </Words>
      <Words>{`“${words}”`}</Words>
    </Box>
  );
}
