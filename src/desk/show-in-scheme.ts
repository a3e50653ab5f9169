/**
 * A mail as it looks in one colour scheme, whatever the viewer's own is: its rules for the dark are made to hold always or never.
 * Links open in a tab of their own.
 */
export function showInScheme(html: string, scheme: 'light' | 'dark'): string {
  const media = scheme === 'dark' ? '@media all' : '@media not all';
  return html
    .replaceAll(/@media\s*\(prefers-color-scheme:\s*dark\)/g, media)
    .replaceAll(/(color-scheme:\s*)light dark/g, `$1${scheme}`)
    .replaceAll(/(<meta[^>]*content=")light dark(")/g, `$1${scheme}$2`)
    .replace('</head>', '<base target="_blank"></head>');
}
