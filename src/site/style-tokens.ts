/** Colours of both schemes, the type scale (13 / 16 / 20 / 28) and the spaces (multiples of 4). */
export const colours = {
  light: {
    paper: '#FBFAF7',
    surface: '#FFFFFF',
    ink: '#16181D',
    muted: '#5B606B',
    line: '#E3E0D8',
    accent: '#2F4BD8',
    ship: '#14713A',
    skip: '#B3261E',
    warning: '#8A5A00',
  },
  dark: {
    paper: '#14161A',
    surface: '#1C1F25',
    ink: '#ECEBE6',
    muted: '#A3A8B3',
    line: '#31353D',
    accent: '#93A5FF',
    ship: '#6FD397',
    skip: '#FF9B93',
    warning: '#F0C060',
  },
} as const;

function declare(scheme: Record<string, string>): string {
  return Object.entries(scheme)
    .map(([name, value]) => `--${name}:${value};`)
    .join('');
}

export const tokens = `
:root{color-scheme:light dark;${declare(colours.light)}
--small:0.8125rem;--body:1rem;--large:1.25rem;--title:1.75rem;
--font:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif}
@media (prefers-color-scheme:dark){:root{${declare(colours.dark)}}}
`;
