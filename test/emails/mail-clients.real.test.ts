import { doIUseEmail } from '@jsx-email/doiuse-email';
import { load } from 'cheerio';
import { beforeAll, expect, test } from 'vitest';
import { renderSampleIssues } from '../support/sample-issues.ts';

/** Can I email's word on a feature of the mail: not supported, or only in part. */
type Level = 'none' | 'part';

const gmail = ['gmail.desktop-webmail', 'gmail.ios', 'gmail.android', 'gmail.mobile-webmail'];
const gmailApps = ['gmail.ios', 'gmail.android'];
const gmailStyled = ['gmail.desktop-webmail', ...gmailApps];
/** Outlook that draws with Word. */
const word = ['outlook.windows', 'outlook.windows-mail'];
const outlookApps = ['outlook.ios', 'outlook.android'];

const styleSheetReason =
  'Without a style sheet the mail is the light one with the desktop paddings: every colour and size stands inline too.';
const wordReason = 'Drawn with Word: checked below that only values it knows are where it looks for them.';

/** What is let through, for whom, and why it does no harm. */
const letThrough: ReadonlyArray<readonly [feature: string, level: Level, clients: readonly string[], why: string]> = [
  ['Type selector', 'none', ['gmail.mobile-webmail'], styleSheetReason],
  ['Type selector', 'part', gmailApps, styleSheetReason],
  ['Class selector', 'none', ['gmail.mobile-webmail'], styleSheetReason],
  ['Class selector', 'part', gmailApps, styleSheetReason],
  ['Descendant combinator', 'none', ['gmail.mobile-webmail'], styleSheetReason],
  ['Descendant combinator', 'part', gmailApps, styleSheetReason],
  ['Child combinator', 'none', ['gmail.mobile-webmail', ...word], styleSheetReason],
  ['Child combinator', 'part', gmailApps, styleSheetReason],
  ['@media', 'none', ['gmail.mobile-webmail', ...word], styleSheetReason],
  ['@media', 'part', [...gmailStyled, ...outlookApps], 'By width and colour scheme alone, and not nested.'],
  [
    'Attribute selector',
    'none',
    ['gmail.mobile-webmail', ...word],
    'Only for Outlook’s own dark mode, which knows it.',
  ],
  ['Attribute selector', 'part', [...gmailStyled, ...outlookApps], 'Only `[data-ogsc]`, a form Outlook reads.'],
  ['!important keyword', 'part', [...gmail, ...word], 'In the style sheet alone, lower case.'],
  ['<body> element', 'none', ['outlook.macos', ...outlookApps], 'The cell inside it has the colour and width as well.'],
  ['<body> element', 'part', gmail, 'Becomes a div with the same attributes.'],
  [
    '<bdi> element',
    'none',
    [...gmail, ...word, ...outlookApps],
    'Its text stays; names in other scripts are only not set apart.',
  ],
  ['dir attribute', 'part', ['gmail.mobile-webmail', ...word], 'The mail is written from left to right as it is.'],
  ['role attribute', 'none', ['outlook.windows-mail'], 'For screen readers; nothing is seen of it.'],
  ['aria-hidden attribute', 'none', ['outlook.windows-mail'], 'The bar is then read as a blank cell.'],
  ['target attribute', 'none', gmail, 'Links open in a new window there in any case.'],
  [
    'target attribute',
    'part',
    [...word, 'outlook.macos', ...outlookApps, 'apple-mail.macos', 'apple-mail.ios'],
    'As above.',
  ],
  ['align attribute', 'part', ['outlook.macos'], 'Only `center` and cells.'],
  ['width attribute', 'part', ['outlook.windows'], 'Only percentages of tables and cells; there are no pictures.'],
  ['display', 'part', [...gmailApps, ...word], 'Nothing depends on `inline-block`.'],
  ['display:none', 'none', ['gmail.mobile-webmail'], 'The preheader is clipped to no height as well.'],
  ['display:none', 'part', word, 'The preheader has no table in it.'],
  ['overflow', 'none', [...word, 'outlook.android'], 'The preheader is not displayed there.'],
  ['overflow', 'part', ['apple-mail.macos'], 'The preheader is not to be scrolled to.'],
  ['opacity', 'none', ['gmail.mobile-webmail', ...word], 'A third means against the preheader being seen.'],
  ['border-radius', 'none', word, 'Corners are square.'],
  ['table-layout', 'none', word, 'Bars have their widths as attributes.'],
  ['table-layout', 'part', ['gmail.mobile-webmail'], 'As above.'],
  ['white-space', 'none', word, 'A mark may stand a line before its score.'],
  ['white-space', 'part', gmailApps, 'As above.'],
  ['text-decoration-line', 'none', word, 'React Email’s; the shorthand after it counts.'],
  ['text-decoration', 'part', [...gmailApps, ...word], 'One value each, no `overline`; a link is a colour as well.'],
  [
    'margin',
    'part',
    [...gmail, ...word, ...outlookApps],
    'No negative ones, none on a span; tables are centred by attribute.',
  ],
  ['padding', 'part', word, wordReason],
  ['border', 'part', word, wordReason],
  ['max-width', 'part', [...word, 'apple-mail.ios'], 'On the table there; a phone is narrower than it anyway.'],
  ['font-size', 'part', word, wordReason],
  ['line-height', 'part', word, 'A line may stand a little wider.'],
  ['font-weight', 'part', word, 'Bold is 600 or more.'],
  ['letter-spacing', 'part', word, 'A fiftieth of a letter, in one headline.'],
  ['text-align', 'part', [...gmailApps, ...word], wordReason],
];

let mails: string[];
beforeAll(async () => {
  mails = (await renderSampleIssues()).map(({ html }) => html);
});

/** `part: padding on outlook.windows`, sorted, each once. */
function listFinds(html: string): string[] {
  const report = doIUseEmail(html, { emailClients: ['gmail.*', 'outlook.*', 'apple-mail.*'] });
  const errors = 'errors' in report ? report.errors : [];
  return [...errors, ...report.warnings].flatMap((sentence) => {
    const [, feature = sentence, part, clients = ''] =
      /^`(.+?)` is (?:not|(only partially)) supported by (.+)$/.exec(sentence) ?? [];
    const names = [...clients.matchAll(/`([^`]+)`/g)].map(([, client]) => client);
    return names.map((client) => `${part === undefined ? 'none' : 'part'}: ${feature} on ${client}`);
  });
}

const sorted = (finds: Iterable<string>) => [...new Set(finds)].toSorted();

test('Gmail, Outlook and Apple Mail lack nothing the sample issues need: each find is known and has its reason', () => {
  const allowed = letThrough.flatMap(([feature, level, clients]) =>
    clients.map((client) => `${level}: ${feature} on ${client}`),
  );
  expect(sorted(mails.flatMap(listFinds))).toEqual(sorted(allowed));
});

test('a mail with what clients lack is found out', () => {
  const [mail = ''] = mails;
  const worse = mail.replace('</body>', '<div style="display:grid;position:fixed">x</div></body>');
  const known = new Set(listFinds(mail));
  const finds = listFinds(worse).filter((find) => !known.has(find));
  expect(finds).toContain('none: position on gmail.desktop-webmail');
  expect(finds).toContain('none: display:grid on outlook.windows');
});

interface Declaration {
  element: string;
  property: string;
  value: string;
}

function listDeclarations(html: string): Declaration[] {
  const $ = load(html);
  return $('[style]')
    .toArray()
    .flatMap((element) =>
      (element.attribs.style ?? '')
        .split(/;(?![^(]*\))/)
        .map((declaration) => /^\s*([a-z-]+)\s*:\s*(.+?)\s*$/.exec(declaration))
        .map((match) => ({ element: element.name, property: match?.[1] ?? '', value: match?.[2] ?? '' })),
    );
}

/** What is outside what Word and the apps draw as it is meant, by the notes of Can I email. */
const faults: Record<string, (one: Declaration) => boolean> = {
  'padding or a border on anything but a cell': ({ element, property, value }) =>
    /^(?:padding|border(?!-radius|-collapse))/.test(property) &&
    !/^0(?:px)?$|^none$/.test(value) &&
    !/^t[dh]$/.test(element),
  'a size that is not in pixels': ({ property, value }) => property === 'font-size' && !/^\d+px$/.test(value),
  'a margin that is negative, automatic or on a span': ({ element, property, value }) =>
    property.startsWith('margin') && (/-\d|auto/.test(value) || element === 'span'),
  'a width limit that is not on a table': ({ element, property, value }) =>
    property === 'max-width' && element !== 'table' && !/^(?:0|100%)$/.test(value),
  'an alignment by reading direction': ({ property, value }) => property === 'text-align' && /start|end/.test(value),
  'a display that needs a newer engine': ({ property, value }) =>
    property === 'display' && !/^(?:none|inline-block|block)$/.test(value),
  'an important inline': ({ value }) => value.includes('!important'),
  'a weight between the two': ({ property, value }) => property === 'font-weight' && !/^(?:400|[6-9]00)$/.test(value),
};

test.each(Object.entries(faults))('no element has %s', (_, isFault) => {
  // The button is a link: for Word it carries its padding as spaces in a conditional comment.
  const found = mails.flatMap(listDeclarations).filter((one) => one.element !== 'a' && isFault(one));
  expect(found).toEqual([]);
});

test('the button has its padding in Outlook too, and the preheader holds no table', () => {
  for (const mail of mails) {
    const $ = load(mail);
    expect($('a.button').html()).toMatch(/<!--\[if mso\]><i style="mso-font-width:\d+%;mso-text-raise:\d+"/);
    expect($('div[style*="display:none"] table').length).toBe(0);
  }
});

test('style sheets are far below the size Gmail drops them at', () => {
  const gmailLimit = 16_384;
  for (const mail of mails) expect(load(mail)('style').text().length).toBeLessThan(gmailLimit / 2);
});
