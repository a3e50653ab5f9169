export type Tone = 'ink' | 'muted' | 'accent' | 'ship' | 'skip';
export type Palette = Record<Tone | 'paper' | 'surface' | 'line', string>;

export const light: Palette = {
  paper: '#FBFAF7',
  surface: '#FFFFFF',
  ink: '#16181D',
  muted: '#5B606B',
  line: '#E3E0D8',
  accent: '#2F4BD8',
  ship: '#14713A',
  skip: '#B3261E',
};

export const dark: Palette = {
  paper: '#14161A',
  surface: '#1C1F25',
  ink: '#ECEBE6',
  muted: '#A3A8B3',
  line: '#31353D',
  accent: '#93A5FF',
  ship: '#6FD397',
  skip: '#FF9B93',
};

export const fontFamily = "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";

/** Pixels; body text at 1.5, headings at 1.2. */
export const typeScale = {
  13: { fontSize: '13px', lineHeight: '20px' },
  16: { fontSize: '16px', lineHeight: '24px' },
  20: { fontSize: '20px', lineHeight: '24px' },
  28: { fontSize: '28px', lineHeight: '34px' },
} as const;
export type TypeSize = keyof typeof typeScale;

/** Width of the mail in pixels. */
export const mailWidth = 600;
