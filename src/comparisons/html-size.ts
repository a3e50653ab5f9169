/** Most tags a page may have: a parser's time and memory grow with them. */
export const htmlTagsLimit = 100_000;
/** Most elements left open at once; a parser's time grows with the square of them. */
export const htmlOpenLimit = 2_000;

/** Elements that need no end tag, and are closed by the next one of their kind. */
const closedByThemselves = new Set(
  (
    'area base br col embed hr img input link meta param source track wbr html head body p li dt dd rb rt rp rtc ' +
    'option optgroup thead tbody tfoot tr td th colgroup caption'
  ).split(' '),
);

/** What makes HTML too much to parse, as the rest of a sentence; told from its tags alone, before anything is built of them. */
export function findExcess(html: string): string | undefined {
  let [tagsCount, openCount] = [0, 0];
  for (const [, slash, name = '', end] of html.matchAll(/<(\/?)([a-z][a-z\d-]*)(?:[^<>]*?(\/?)>)?/gi)) {
    tagsCount += 1;
    if (closedByThemselves.has(name.toLowerCase()) || end === '/') continue;
    openCount += slash === '/' ? -1 : 1;
    if (openCount > htmlOpenLimit) return `elements are nested more than ${htmlOpenLimit} deep`;
  }
  return tagsCount > htmlTagsLimit ? `a page may have ${htmlTagsLimit} tags, not more` : undefined;
}
