import type { SharePart } from '../weekly-issue-props.ts';
import { light } from './tokens.ts';
import { Words } from './words.tsx';

/** Ship share as a bar with its number; the number alone where there is none. */
export function ShareBar({ share, top = 16 }: { share: SharePart; top?: number }) {
  return (
    <>
      <Words isStrong top={top} style={{ fontVariantNumeric: 'tabular-nums' }}>
        {share.line}
        {share.notes.length > 0 && (
          <Words as="span" size={13} tone="muted">
            {` · ${share.notes.join(' · ')}`}
          </Words>
        )}
      </Words>
      {share.percent !== null && <Bar percent={share.percent} />}
    </>
  );
}

/** The share as a bar alone: it stands beside words that say the number. */
export function Bar({ percent, top = 8 }: { percent: number; top?: number }) {
  const cell = { height: '8px', lineHeight: '8px', fontSize: '1px' };
  return (
    <table
      role="presentation"
      aria-hidden="true"
      width="100%"
      cellPadding="0"
      cellSpacing="0"
      border={0}
      style={{ marginTop: `${top}px`, tableLayout: 'fixed' }}
    >
      <tbody>
        <tr>
          {percent > 0 && (
            <td className="bar" width={`${percent}%`} style={{ ...cell, backgroundColor: light.ship }}>
              &nbsp;
            </td>
          )}
          {percent < 100 && (
            <td className="rest" style={{ ...cell, backgroundColor: light.line }}>
              &nbsp;
            </td>
          )}
        </tr>
      </tbody>
    </table>
  );
}
