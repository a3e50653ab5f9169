import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { slot } from '../../../emails/slots.ts';
import { cleanWords, countCodePoints, cutAtWord } from '../../../src/issues/render/clean-words.ts';
import { escapeSlotValue, listUnknownSlots, neutraliseTokens, splitAtSlots } from '../../../src/issues/render/slots.ts';

describe('slots', () => {
  test('a template is split at its slots', () => {
    expect(splitAtSlots(`a ${slot('archive_url')} b ${slot('first_name')}`)).toEqual([
      'a ',
      { slot: 'archive_url' },
      ' b ',
      { slot: 'first_name' },
    ]);
  });

  test('a name that nobody fills does not compile', () => {
    // @ts-expect-error a page for votes does not exist yet
    expect(listUnknownSlots(slot('vote_url'))).toEqual(['vote_url']);
  });

  test('content, whatever it is, comes back as it was and names no slot', () => {
    const content = fc.string({
      unit: fc.oneof(
        fc.constantFrom('⟦', '⟧', 'open', 'close', 'first_name', 'cards'),
        fc.string({ unit: 'grapheme', maxLength: 1 }),
      ),
    });
    fc.assert(
      fc.property(content, (words) => {
        const safe = neutraliseTokens(words);
        expect(listUnknownSlots(safe)).toEqual([]);
        expect(splitAtSlots(safe)).toEqual([words.replaceAll('\u0000', '')].filter((piece) => piece !== ''));
      }),
    );
  });

  test('a value is escaped for where it stands', () => {
    const value = `<a href="x">'&'</a>\r\n`;
    expect(escapeSlotValue(value, 'html')).toBe('&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;\r\n');
    expect(escapeSlotValue(value, 'text')).toBe(value);
    expect(escapeSlotValue(value, 'header')).toBe(`<a href="x">'&'</a>`);
  });
});

describe('words', () => {
  test('controls, direction marks and half characters go, emoji stay whole', () => {
    expect(cleanWords(' a\r\n\u202Eb\u0000\u200B c\t\u{D800} ')).toBe('a b c \u{FFFD}');
    expect(cleanWords('👩🏽‍💻')).toBe('👩🏽‍💻');
  });

  test('words at the limit are whole, one past it they end with a whole word', () => {
    expect(cutAtWord('one two three', 13)).toBe('one two three');
    expect(cutAtWord('one two three', 12)).toBe('one two…');
    expect(cutAtWord('one, two', 5)).toBe('one…');
    expect(cutAtWord('unbroken', 4)).toBe('unb…');
  });

  test('a cut is never longer than asked and never inside a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 40 }), (words, limit) => {
        const cut = cutAtWord(words, limit);
        expect(countCodePoints(cut)).toBeLessThanOrEqual(limit);
        expect(cut === words || (cut.endsWith('…') && words.startsWith(cut.slice(0, -1)))).toBe(true);
      }),
    );
  });
});
