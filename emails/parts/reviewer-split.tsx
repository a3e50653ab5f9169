import type { SplitCell, SplitPart } from '../weekly-issue-props.ts';
import { type Tone, light, typeScale } from './tokens.ts';
import { Words } from './words.tsx';

const marks: Record<SplitCell['state'], { words: string; tone: Tone }> = {
  ship: { words: '▲ ship', tone: 'ship' },
  skip: { words: '▽ skip', tone: 'skip' },
  unstated: { words: 'not said', tone: 'muted' },
  absent: { words: 'no take', tone: 'muted' },
};

/** Who said ship and who said skip: a column a persona, in fixed order, the score under the verdict. */
export function ReviewerSplit({ split }: { split: SplitPart }) {
  return (
    <>
      {split.cells.length > 0 && <SplitTable cells={split.cells} />}
      {split.note && (
        <Words size={13} tone="muted" top={8}>
          {split.note}
        </Words>
      )}
    </>
  );
}

function SplitTable({ cells }: { cells: SplitCell[] }) {
  const cell = { ...typeScale[13], padding: '4px 0', verticalAlign: 'top' } as const;
  return (
    <table width="100%" cellPadding="0" cellSpacing="0" border={0} style={{ marginTop: '12px', tableLayout: 'fixed' }}>
      <thead>
        <tr>
          {cells.map(({ persona }) => (
            <th
              key={persona}
              scope="col"
              align="left"
              className="muted line"
              style={{ ...cell, color: light.muted, fontWeight: 400, borderBottom: `1px solid ${light.line}` }}
            >
              {persona}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        <tr>
          {cells.map(({ persona, state, score }) => (
            <td key={persona} className={marks[state].tone} style={{ ...cell, color: light[marks[state].tone] }}>
              <Verdict state={state} />
              {score !== null && <Score score={score} />}
            </td>
          ))}
        </tr>
      </tbody>
    </table>
  );
}

function Verdict({ state }: { state: SplitCell['state'] }) {
  const { words } = marks[state];
  return state === 'ship' || state === 'skip' ? <strong>{words}</strong> : words;
}

function Score({ score }: { score: number }) {
  return (
    <>
      <br />
      <span className="muted" style={{ color: light.muted, fontVariantNumeric: 'tabular-nums' }}>
        {score}
      </span>
    </>
  );
}
