import type { CSSProperties, ReactNode } from 'react';
import { light } from './tokens.ts';

interface BoxProps {
  children: ReactNode;
  className?: string;
  /** Pixels of space above the box. */
  top?: number;
  style?: CSSProperties;
}

/** One cell across the whole width: what a `div` would be if every client honoured its padding. */
export function Box({ children, className, top = 0, style }: BoxProps) {
  return (
    <table
      role="presentation"
      width="100%"
      cellPadding="0"
      cellSpacing="0"
      border={0}
      style={{ marginTop: `${top}px` }}
    >
      <tbody>
        <tr>
          <td className={className} style={style}>
            {children}
          </td>
        </tr>
      </tbody>
    </table>
  );
}

/** A raised box with a border. */
export function Surface({ children, top }: { children: ReactNode; top?: number }) {
  const style = {
    padding: '24px',
    backgroundColor: light.surface,
    border: `1px solid ${light.line}`,
    borderRadius: '6px',
  };
  return (
    <Box className="surface line box" top={top} style={style}>
      {children}
    </Box>
  );
}

/** A row under a hairline. */
export function Ruled({ children, top, space = 24 }: { children: ReactNode; top?: number; space?: number }) {
  return (
    <Box className="line" top={top} style={{ paddingTop: `${space}px`, borderTop: `1px solid ${light.line}` }}>
      {children}
    </Box>
  );
}
