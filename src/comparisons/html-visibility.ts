/** The parts of an element that decide how it is laid out. */
export interface ShownElement {
  name: string;
  attribs: Record<string, string>;
}

/** Elements whose content is no visible text of the page, or (`nav`, `button`) leads elsewhere. */
const unseen = new Set(
  'head script style template noscript nav button select datalist textarea svg math canvas iframe object embed audio video map'.split(
    ' ',
  ),
);

/** Elements that stand on lines of their own (HTML standard, rendering); those of frameworks are laid out as boxes. */
const blocks = new Set(
  (
    'address article aside blockquote body center dd details dialog dir div dl dt fieldset figcaption figure footer form ' +
    'h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu ol p pre search section summary table caption thead tbody tfoot ' +
    'tr td th ul'
  ).split(' '),
);

/** The words for a display in the class names of Tailwind (`md:flex`) and Bootstrap (`d-md-flex`). */
const displayClass =
  /^(?:(?:sm|md|lg|xl|2xl):|d-(?:(?:sm|md|lg|xl|xxl)-)?)?(hidden|none|block|flex|grid|table|table-row|table-cell|inline|inline-block|inline-flex|contents)$/;
const breakpoints = ['', 'sm', 'md', 'lg', 'xl', '2xl', 'xxl'];

/** How a wide screen shows an element, as far as its name, its `style` and well-known class names say. */
export function displayOf({ name, attribs }: ShownElement): 'none' | 'block' | 'inline' {
  if (unseen.has(name) || attribs.hidden !== undefined) return 'none';
  if (name === 'dialog' && attribs.open === undefined) return 'none';
  const style = attribs.style ?? '';
  if (/visibility\s*:\s*(?:hidden|collapse)/i.test(style)) return 'none';
  const stated = /(?:^|;)\s*display\s*:\s*([a-z-]+)/i.exec(style)?.[1]?.toLowerCase() ?? displayByClass(attribs.class);
  if (stated === 'none' || stated === 'hidden') return 'none';
  if (stated !== undefined && /^(?:block|flex|grid|table|flow-root|list-item|table-row|table-cell)$/.test(stated))
    return 'block';
  return blocks.has(name) || name.includes('-') ? 'block' : 'inline';
}

/** The display that counts on a wide screen: the one for the widest breakpoint named. */
function displayByClass(names: string | undefined): string | undefined {
  let [found, widest]: [string | undefined, number] = [undefined, -1];
  for (const name of names?.split(/\s+/) ?? []) {
    const display = displayClass.exec(name)?.[1];
    const at = breakpoints.indexOf(/^(?:d-)?(sm|md|lg|xxl|xl|2xl)[:-]/.exec(name)?.[1] ?? '');
    // `none` and `table` alone are no class of Tailwind's; `contents` and the inline ones say nothing about lines.
    if (display === undefined || display === 'contents' || (display === 'none' && !name.startsWith('d-'))) continue;
    if (at >= widest) [found, widest] = [display, at];
  }
  return found;
}
