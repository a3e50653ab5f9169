import type { CSSProperties, ReactNode } from 'react';
import { type Tone, type TypeSize, light, typeScale } from './tokens.ts';

interface WordsProps {
  children: ReactNode;
  as?: 'p' | 'h1' | 'h2' | 'h3' | 'span';
  size?: TypeSize;
  tone?: Tone;
  isStrong?: boolean;
  /** Pixels of space above; nothing has space below. */
  top?: number;
  style?: CSSProperties;
}

/** Text in one size of the scale and one colour of the palette. */
export function Words({ children, as = 'p', size = 16, tone = 'ink', isStrong = false, top = 0, style }: WordsProps) {
  const Tag = as;
  const weight = isStrong || as.startsWith('h') ? 700 : 400;
  const space = as === 'span' ? {} : { margin: `${top}px 0 0` };
  return (
    <Tag className={tone} style={{ ...space, ...typeScale[size], color: light[tone], fontWeight: weight, ...style }}>
      {children}
    </Tag>
  );
}

/** A sentence that may break over lines, but not between a number and its per cent. */
export function keepPercents(sentence: string): string {
  return sentence.replaceAll(/(\d) %/g, '$1\u00A0%');
}
