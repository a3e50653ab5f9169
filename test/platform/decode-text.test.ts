import { expect, test } from 'vitest';
import { decodeText } from '../../src/platform/decode-text.ts';

const text = '<p>Größe “fünf” — naïve, 75 €</p>';
const wide = (words: string, isBig: boolean) => {
  const bytes = Buffer.from(words, 'utf16le');
  return isBig ? bytes.swap16() : bytes;
};
/** Windows-1252, which the web calls latin-1 too. */
const latin = (words: string) =>
  Buffer.from(
    words.replaceAll('“', '\u0093').replaceAll('”', '\u0094').replaceAll('—', '\u0097').replaceAll('€', '\u0080'),
    'latin1',
  );
const meta = (charset: string) => `<meta charset="${charset}">${text}`;

test.each<[string, Uint8Array, string]>([
  ['UTF-8', Buffer.from(text), text],
  ['UTF-8 with its mark', Buffer.from(`\uFEFF${text}`), text],
  ['UTF-16 with its mark', Buffer.concat([Buffer.from([0xff, 0xfe]), wide(text, false)]), text],
  ['UTF-16 the other way round', Buffer.concat([Buffer.from([0xfe, 0xff]), wide(text, true)]), text],
  ['UTF-16 without a mark', wide(text, false), text],
  ['UTF-16 the other way round without a mark', wide(text, true), text],
  ['what its meta element says', latin(meta('ISO-8859-1')), meta('ISO-8859-1')],
  ['UTF-8 whatever its meta element says', Buffer.from(meta('iso-8859-1')), meta('iso-8859-1')],
  [
    'what its XML declaration says',
    latin(`<?xml version="1.0" encoding="windows-1252"?>${text}`),
    `<?xml version="1.0" encoding="windows-1252"?>${text}`,
  ],
  ['nothing', Buffer.from(''), ''],
])('%s is read', (_, bytes, expected) => {
  expect(decodeText(bytes, 'page.html', null)).toBe(expected);
});

test('what a server says counts where the bytes are no UTF-8, before the meta element', () => {
  const bytes = Buffer.concat([Buffer.from('<meta charset="iso-8859-1">'), Buffer.from([0xcf, 0xf0, 0xe8])]);
  expect(decodeText(bytes, 'page.html', 'windows-1251')).toBe('<meta charset="iso-8859-1">При');
});

test.each<[string, Uint8Array, RegExp]>([
  ['latin-1 that does not say so', latin(text), /^page is not UTF-8 text: save it as UTF-8$/],
  ['what says it is UTF-8 and is not', latin(meta('utf-8')), /is not UTF-8 text/],
  ['an encoding nobody knows', latin(meta('klingon')), /says it is klingon, and is not/],
  ['a zip', Buffer.from('PK\u0003\u0004rest', 'latin1'), /is a zip archive: unpack it/],
  ['gzip', Buffer.from([0x1f, 0x8b, 8, 0]), /is packed with gzip/],
  ['a PDF', Buffer.from('%PDF-1.7'), /is a PDF/],
  ['a picture', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 13, 0, 1, 0, 0]), /is no text/],
  [
    'half of UTF-16',
    Buffer.concat([Buffer.from([0xff, 0xfe]), wide(text, false), Buffer.from([1])]),
    /begins as utf-16le/,
  ],
])('%s is refused in one sentence', (_, bytes, sentence) => {
  expect(decodeText(bytes, 'page', null)).toMatchObject({
    refused: 'bad-file',
    sentence: expect.stringMatching(sentence),
  });
});
