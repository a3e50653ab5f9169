/** Controls, and the marks that turn the direction of what follows: they come from a page and would act on the mail. */
const acting = /[\p{Cc}\u061C\u200B\u200E\u200F\u2028-\u202E\u2060\u2066-\u2069\uFEFF]/gu;
const loneSurrogates = /\p{Surrogate}/gu;
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** How many code points a text has: what an inbox and our limits count. */
export function countCodePoints(text: string): number {
  return Array.from(text).length;
}

/** Words of a page made fit for one line of a mail: controls gone, blanks single, no half characters. */
export function cleanWords(text: string): string {
  return text.replaceAll(acting, ' ').replaceAll(loneSurrogates, '\u{FFFD}').replaceAll(/\s+/gu, ' ').trim();
}

/** Clean words, or null where nothing is left of them; at most `maxCount` code points. */
export function cleanOrNull(text: string | null, maxCount: number): string | null {
  const clean = text === null ? '' : cutAtWord(cleanWords(text), maxCount);
  return clean === '' ? null : clean;
}

/** At most `maxCount` code points, cut after a whole word and marked "…"; inside a word only where it alone is too long. */
export function cutAtWord(text: string, maxCount: number): string {
  if (countCodePoints(text) <= maxCount) return text;
  const kept = keepGraphemes(text, maxCount - 1);
  const isWholeWord = /\s/u.test(text.slice(kept.length, kept.length + 1));
  const lastBlank = kept.lastIndexOf(' ');
  const words = isWholeWord || lastBlank <= 0 ? kept : kept.slice(0, lastBlank);
  return `${words.replace(/[\s,;:·–—-]+$/u, '')}…`;
}

function keepGraphemes(text: string, maxCount: number): string {
  let kept = '';
  let count = 0;
  for (const { segment } of graphemes.segment(text)) {
    count += countCodePoints(segment);
    if (count > maxCount) break;
    kept += segment;
  }
  return kept;
}

const rightToLeft = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;

/** A name for the middle of a sentence: one written from right to left is isolated, so that it moves nothing around it. */
export function nameInSentence(name: string): string {
  return rightToLeft.test(name) ? `\u2068${name}\u2069` : name;
}
