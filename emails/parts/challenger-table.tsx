import type { ChallengerPart } from '../weekly-issue-props.ts';
import { Bar } from './share-bar.tsx';
import { light, typeScale } from './tokens.ts';

const base = { ...typeScale[13], verticalAlign: 'middle' } as const;
const cell = { ...base, padding: '8px 0', borderTop: `1px solid ${light.line}`, color: light.ink } as const;
const head = { ...base, padding: '0 0 8px', color: light.muted, fontWeight: 400 } as const;

/** The shared tool's challengers as rows, best first: what a reader scans before anything else. */
export function ChallengerTable({ challengers }: { challengers: ChallengerPart[] }) {
  return (
    <table width="100%" cellPadding="0" cellSpacing="0" border={0} style={{ marginTop: '24px' }}>
      <thead>
        <tr>
          <th scope="col" align="left" className="muted" style={head}>
            {`${challengers.length} challengers, best first`}
          </th>
          <th scope="col" align="right" colSpan={2} className="muted" style={head}>
            Ship
          </th>
          <th scope="col" align="left" className="muted wide" style={{ ...head, paddingLeft: '24px' }}>
            Pricing
          </th>
        </tr>
      </thead>
      <tbody>
        {challengers.map((challenger) => (
          <Row key={challenger.card.position} {...challenger} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ tool }: ChallengerPart) {
  const { percent } = tool.share;
  return (
    <tr>
      <th scope="row" align="left" className="ink line" style={{ ...cell, paddingRight: '12px', fontWeight: 700 }}>
        <bdi>{tool.name}</bdi>
      </th>
      <td width="72" className="line" style={cell}>
        {percent !== null && <Bar percent={percent} top={0} />}
      </td>
      <td
        width="60"
        align="right"
        className="ink line"
        style={{ ...cell, fontVariantNumeric: 'tabular-nums', whiteSpace: 'nowrap' }}
      >
        {tool.share.shortLine}
      </td>
      <td width="144" className="muted line wide" style={{ ...cell, paddingLeft: '24px', color: light.muted }}>
        {tool.pricing ?? 'not stated'}
      </td>
    </tr>
  );
}
