import { createHash } from 'node:crypto';

/** Longest slug of one tool; a longer one is cut and made unique by a hash of the name. */
export const slugLengthLimit = 120;
const hashLength = 8;

/**
 * The key of a tool's name: lower case, letters and digits of any script (NFKC), Latin letters without their diacritics,
 * `+` as `plus`, `#` as `sharp`, all else as `-`. `Axolotl v0.16` gives `axolotl-v0-16`; a name of emoji alone `tool-<hash>`.
 */
export function slugOf(name: string): string {
  const letters = name
    .normalize('NFKC')
    .replaceAll(/[\p{Default_Ignorable_Code_Point}\p{Me}]/gu, '')
    .toLowerCase()
    .normalize('NFD')
    .replaceAll(/(?<=\p{Script=Latin}\p{M}*)\p{M}/gu, '')
    .normalize('NFC');
  const words = letters
    .replaceAll('+', 'plus')
    .replaceAll('#', 'sharp')
    .replaceAll(/[^\p{L}\p{N}\p{M}]+/gu, '-');
  const slug = words
    .replaceAll(/(?<![\p{L}\p{N}\p{M}])\p{M}+/gu, '')
    .replaceAll(/-+/g, '-')
    .replaceAll(/^-|-$/g, '');
  if (slug === '') return `tool-${hashOf(name)}`;
  return slug.length <= slugLengthLimit ? slug : `${slug.slice(0, slugLengthLimit - hashLength - 1)}-${hashOf(name)}`;
}

/** The key of a comparison: the pair of tool slugs in page order. */
export function pairSlugOf(leftSlug: string, rightSlug: string): string {
  return `${leftSlug}-vs-${rightSlug}`;
}

function hashOf(name: string): string {
  return createHash('sha256').update(name.normalize('NFC')).digest('hex').slice(0, hashLength);
}
