import { describe, expect, test } from 'vitest';
import { underline, wrap } from '../../emails/parts/text-lines.ts';
import { dark, light, type Palette, type Tone } from '../../emails/parts/tokens.ts';

/** Relative luminance, WCAG 2.2. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].toSorted((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

describe.each<[string, Palette]>([
  ['light', light],
  ['dark', dark],
])('in %s', (_, palette) => {
  const tones: Tone[] = ['ink', 'muted', 'accent', 'ship', 'skip'];
  test.each(tones)('%s is read at 4.5:1 on paper and on surfaces', (tone) => {
    expect(contrast(palette[tone], palette.paper)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(palette[tone], palette.surface)).toBeGreaterThanOrEqual(4.5);
  });
});

test('the words on a button are read at 4.5:1 in both modes', () => {
  expect(contrast(light.surface, light.accent)).toBeGreaterThanOrEqual(4.5);
  expect(contrast(dark.paper, dark.accent)).toBeGreaterThanOrEqual(4.5);
});

describe('plain text', () => {
  test('a line of 72 columns stays, a word more begins the next', () => {
    const line = `${'a'.repeat(35)} ${'b'.repeat(36)}`;
    expect(wrap(line)).toBe(line);
    expect(wrap(`${line}b`).split('\n')).toEqual(['a'.repeat(35), 'b'.repeat(37)]);
  });

  test('a number keeps its per cent, a mark its word and its score', () => {
    expect(wrap(`${'a'.repeat(69)} 75 %`).split('\n')[1]).toBe('75 %');
    expect(wrap(`${'a'.repeat(65)} ▲ ship 80; rest`).split('\n')[1]).toBe('▲ ship 80; rest');
  });

  test('a link longer than a line stays whole', () => {
    const link = `https://example.com/${'x'.repeat(100)}`;
    expect(wrap(`see ${link} there`)).toBe(`see\n${link}\nthere`);
  });

  test('a heading has a rule of its own length', () => {
    expect(underline('Gemma 3n', '=')).toBe('Gemma 3n\n========');
  });
});
