/** Words whose dot ends no sentence. */
const abbreviations = new Set([
  'e.g',
  'i.e',
  'vs',
  'etc',
  'approx',
  'ca',
  'cf',
  'no',
  'fig',
  'mr',
  'mrs',
  'ms',
  'dr',
  'prof',
  'st',
  'inc',
  'ltd',
  'jr',
  'sr',
]);

/** A possible end: stop, closing quotes or brackets, a blank, and something that can begin a sentence. */
const possibleEnd = /[.!?…]+["'”’»)\]]*\s+(?=["'“‘«([]*[\p{Lu}\p{Lo}\p{N}])/gu;

/**
 * The sentences of a reviewer's words. Dots inside a version ("v0.16"), after an abbreviation ("e.g. LoRA", "U.S.") or an
 * initial end none. Written out rather than left to Intl.Segmenter, whose answer changes with the ICU of the Node it runs on.
 */
export function splitSentences(words: string): string[] {
  const sentences: string[] = [];
  let start = 0;
  for (const match of words.matchAll(possibleEnd)) {
    const end = match.index + match[0].length;
    if (!isEnd(words.slice(start, match.index), match[0])) continue;
    sentences.push(words.slice(start, end).trim());
    start = end;
  }
  return [...sentences, words.slice(start).trim()].filter((sentence) => sentence !== '');
}

function isEnd(before: string, stop: string): boolean {
  if (!stop.startsWith('.') || stop.startsWith('..')) return true;
  const lastWord = (/[\p{L}\p{N}.$€£]+$/u.exec(before)?.[0] ?? '').toLowerCase();
  const isInitial = /^\p{L}$/u.test(lastWord) && lastWord !== 'i';
  const isDotted = /^(?:\p{L}\.)+\p{L}$/u.test(lastWord);
  return !isInitial && !isDotted && !abbreviations.has(lastWord);
}
