import type { Refusal } from './refusal.ts';

/** How much of a file is looked at to tell its encoding, in bytes. */
const sampleLength = 4096;

/** What other kinds of files begin with, and what to do about them. */
const strangers: ReadonlyArray<readonly [string, string]> = [
  ['PK\u0003\u0004', 'is a zip archive: unpack it and import the folder'],
  ['PK\u0005\u0006', 'is an empty zip archive: give the files themselves'],
  ['\u001F\u008B', 'is packed with gzip: unpack it first'],
  ['%PDF', 'is a PDF: save the page as HTML or text'],
];

/**
 * The text of a file. A byte-order mark counts first, then UTF-16 by its zeros, then UTF-8 when the bytes are valid UTF-8, and only
 * then what is declared (`declared`: from a header; else an HTML meta element or XML declaration); bytes that fit nothing are refused.
 */
export function decodeText(bytes: Uint8Array, source: string, declared: string | null): string | Refusal<'bad-file'> {
  const sample = Buffer.from(bytes.subarray(0, sampleLength)).toString('latin1');
  const refuse = (words: string): Refusal<'bad-file'> => ({ refused: 'bad-file', sentence: `${source} ${words}` });
  const stranger = strangers.find(([beginning]) => sample.startsWith(beginning));
  if (stranger !== undefined) return refuse(stranger[1]);
  const wide = findWideEncoding(sample);
  if (wide === 'binary') return refuse('is no text: save the page as text or HTML');
  if (wide !== undefined) return decode(bytes, wide) ?? refuse(`begins as ${wide} and is not: save it as UTF-8`);
  const plain = decode(bytes, 'utf-8');
  if (plain !== undefined) return plain;
  const charset = declared ?? findDeclaredCharset(sample);
  if (charset === null || /^utf-?8$/i.test(charset)) return refuse('is not UTF-8 text: save it as UTF-8');
  return decode(bytes, charset) ?? refuse(`says it is ${charset.slice(0, 40)}, and is not: save it as UTF-8`);
}

/** UTF-16 by its mark, or by zeros where a text of Latin letters and markup has them; other zeros are no text. */
function findWideEncoding(sample: string): 'utf-16le' | 'utf-16be' | 'binary' | undefined {
  if (sample.startsWith('\u00FF\u00FE\u0000\u0000')) return 'binary';
  if (sample.startsWith('\u00FF\u00FE')) return 'utf-16le';
  if (sample.startsWith('\u00FE\u00FF')) return 'utf-16be';
  const zeros = [...sample.matchAll(/\0/g)].map(({ index }) => index);
  // A stray NUL in a text is dropped later, as every control character.
  if (zeros.length <= sample.length / 100) return undefined;
  const oddCount = zeros.filter((index) => index % 2 === 1).length;
  if (zeros.length < sample.length / 8) return 'binary';
  if (oddCount > zeros.length * 0.95) return 'utf-16le';
  return oddCount < zeros.length * 0.05 ? 'utf-16be' : 'binary';
}

function findDeclaredCharset(sample: string): string | null {
  const meta = /<meta\b[^>]*\bcharset\s*=\s*["']?\s*([\w.:-]+)/i.exec(sample);
  const xml = /^\s*<\?xml\b[^>]*\bencoding\s*=\s*["']([\w.:-]+)/i.exec(sample);
  return meta?.[1] ?? xml?.[1] ?? null;
}

/** Windows-1252 from 0x80 to 0x9F; what is called latin-1 on the web is that (WHATWG Encoding), and Node 20 leaves these as controls. */
const windows1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008DŽ\u008F\u0090‘’“”•–—˜™š›œ\u009DžŸ';

function decode(bytes: Uint8Array, charset: string): string | undefined {
  try {
    const decoder = new TextDecoder(charset, { fatal: true });
    const text = decoder.decode(bytes);
    if (decoder.encoding !== 'windows-1252') return text;
    return text.replaceAll(/[\u0080-\u009F]/g, (control) => windows1252[control.charCodeAt(0) - 0x80] ?? control);
  } catch {
    return undefined;
  }
}
