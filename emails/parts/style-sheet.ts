import { dark, fontFamily, light, type Palette, type Tone } from './tokens.ts';

const tones: Tone[] = ['ink', 'muted', 'accent', 'ship', 'skip'];

function darkRules(prefix: string, palette: Palette): string {
  return [
    ...tones.map((tone) => `${prefix}.${tone}{color:${palette[tone]}!important}`),
    ...tones.map((tone) => `${prefix}.rule-${tone}{border-color:${palette[tone]}!important}`),
    `${prefix}.paper{background-color:${palette.paper}!important}`,
    // React Email's Body paints a cell of its own, which has no class.
    `${prefix}.paper>table>tbody>tr>td{background-color:${palette.paper}!important}`,
    `${prefix}.surface{background-color:${palette.surface}!important}`,
    `${prefix}.line{border-color:${palette.line}!important}`,
    `${prefix}.rest{background-color:${palette.line}!important}`,
    `${prefix}.bar{background-color:${palette.ship}!important}`,
    `${prefix}.button{background-color:${palette.accent}!important;color:${palette.paper}!important}`,
  ].join('');
}

/**
 * What inline styles cannot say: dark mode (Apple Mail, and Outlook's own marker), the phone, fonts inside tables for
 * Outlook on Windows. A client that drops it still shows the light mail.
 */
export const styleSheet = [
  ':root{color-scheme:light dark;supported-color-schemes:light dark}',
  `body,table,td,th,h1,h2,h3,p,a{font-family:${fontFamily}}`,
  'body{margin:0;padding:0;-webkit-text-size-adjust:100%}',
  `a{color:${light.accent}}`,
  '@media (max-width:480px){.page{padding:24px 16px!important}.box{padding:16px!important}.wide{display:none!important}}',
  `@media (prefers-color-scheme:dark){${darkRules('', dark)}}`,
  darkRules('[data-ogsc] ', dark),
].join('');
