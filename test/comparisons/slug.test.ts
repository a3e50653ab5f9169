import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { pairSlugOf, slugLengthLimit, slugOf } from '../../src/comparisons/slug.ts';

test.each([
  ['Axolotl v0.16', 'axolotl-v0-16'],
  ['Llama 4 Compact (12B)', 'llama-4-compact-12b'],
  ['Gemma 3n', 'gemma-3n'],
  ['SmolVLM2-2B', 'smolvlm2-2b'],
  ['C++', 'cplusplus'],
  ['C#', 'csharp'],
  ['Café Noël', 'cafe-noel'],
  ['ＦＵＬＬ　ｗｉｄｔｈ', 'full-width'],
  ['Модель 3', 'модель-3'],
  ['й', 'й'],
  ['通义千问 2', '通义千问-2'],
  ['हिन्दी', 'हिन्दी'],
  ['<b>Bold</b> & "Co"', 'b-bold-b-co'],
  ['Rocket 🚀 ship', 'rocket-ship'],
  ['soft\u00adhyphen', 'softhyphen'],
  ['--x--', 'x'],
])('%s gives %s', (name, slug) => {
  expect(slugOf(name)).toBe(slug);
});

test('a name with no letter gets a key of its own, always the same', () => {
  expect(slugOf('🚀')).toMatch(/^tool-[0-9a-f]{8}$/);
  expect(slugOf('🚀')).toBe(slugOf('🚀'));
  expect(slugOf('❤️')).not.toBe(slugOf('🚀'));
});

test('a key never passes its limit, and two long names keep two keys', () => {
  expect(slugOf('a'.repeat(slugLengthLimit))).toHaveLength(slugLengthLimit);
  expect(slugOf('a'.repeat(slugLengthLimit + 1))).toHaveLength(slugLengthLimit);
  expect(slugOf(`${'a'.repeat(200)}b`)).not.toBe(slugOf(`${'a'.repeat(200)}c`));
});

test('a key is letters, digits and single dashes, and its own key', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (name) => {
      const slug = slugOf(name);
      expect(slug).toMatch(/^[\p{L}\p{N}][\p{L}\p{N}\p{M}]*(?:-[\p{L}\p{N}][\p{L}\p{N}\p{M}]*)*$/u);
    }),
  );
});

test('a pair keeps its order', () => {
  expect(pairSlugOf('a', 'b')).toBe('a-vs-b');
});
