/**
 * Words in the form two pages agree on: one kind of quote, single blanks, no outer quotes. Equal keys are the same words;
 * letters and their case count.
 */
export function wordsKeyOf(words: string): string {
  const plain = words
    .normalize('NFC')
    .replaceAll(/[“”„‟«»]/g, '"')
    .replaceAll(/[‘’‚‛]/g, "'")
    .replaceAll(/\s+/g, ' ')
    .trim();
  return /^"[^"]*"$/.test(plain) ? plain.slice(1, -1).trim() : plain;
}
