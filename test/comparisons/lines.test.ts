import { expect, test } from 'vitest';
import { joinLines, readPageLines } from '../../src/comparisons/lines.ts';

test('lines keep their numbers whatever ends them', () => {
  for (const text of ['a\n\nb\n', 'a\r\n\r\nb\r\n', '\uFEFFa \r\r b\t']) {
    expect(readPageLines(text)).toEqual([
      { number: 1, text: 'a', afterBlank: false },
      { number: 3, text: 'b', afterBlank: true },
    ]);
  }
});

test('control characters and invisible break marks go, half a surrogate pair becomes U+FFFD', () => {
  expect(readPageLines('a\u0000b\u0085\u007f\ud83d')[0]?.text).toBe('ab\uFFFD');
  expect(readPageLines('an\u00ADti\u200Bcipa\u2060te\uFEFF')[0]?.text).toBe('anticipate');
});

test('any run of blanks is one blank, as a browser shows it', () => {
  expect(readPageLines(' a\t b\u00A0\u00A0c\u2003d \u00A0')[0]?.text).toBe('a b c d');
});

test('joined lines keep line breaks and one paragraph break for any run of blanks', () => {
  expect(joinLines(readPageLines('\n\na\nb\n\n\n\nc'))).toBe('a\nb\n\nc');
});
