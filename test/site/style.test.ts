import { describe, expect, it } from 'vitest';
import { colours } from '../../src/site/style-tokens.ts';

/** WCAG 2.2, "relative luminance" of an sRGB colour written #RRGGBB. */
function luminanceOf(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return channel <= 0.03928 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrastOf(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminanceOf(one), luminanceOf(other)].toSorted((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

describe.each(['light', 'dark'] as const)('in the %s', (scheme) => {
  const { paper, surface, ink, muted, accent, ship, skip, warning } = colours[scheme];

  it.each(Object.entries({ ink, muted, accent, ship, skip, warning }))(
    '%s reads well on paper and surface',
    (_, colour) => {
      expect(contrastOf(colour, paper)).toBeGreaterThanOrEqual(4.5);
      expect(contrastOf(colour, surface)).toBeGreaterThanOrEqual(4.5);
    },
  );
});
