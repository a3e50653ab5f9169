import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isRefusal } from '../../src/platform/refusal.ts';
import {
  addressLengthLimit,
  hashAddress,
  localPartLengthLimit,
  normaliseAddress,
} from '../../src/suppressions/address.ts';

/** `first.last@<labels>.example.com` of exactly so many characters. */
function addressOfLength(length: number): string {
  const filler = 'd'.repeat(length - 'a@'.length - '.example.com'.length);
  const labels = filler.replace(/(.{62})./g, '$1.');
  return `a@${labels}.example.com`;
}

describe('fault 94: addresses have one documented normal form', () => {
  it.each([
    ['plain', 'ann@example.com', 'ann@example.com'],
    ['upper case', 'Ann.Lee@Example.COM', 'ann.lee@example.com'],
    ['+tag is kept', 'ann+news@example.com', 'ann+news@example.com'],
    ['dots before the @ are kept', 'a.n.n@example.com', 'a.n.n@example.com'],
    ['blanks around', ' \t ann@example.com \r\n', 'ann@example.com'],
    ['no-break space around', '\u00a0ann@example.com\u00a0', 'ann@example.com'],
    ['byte-order mark in front', '\ufeffann@example.com', 'ann@example.com'],
    ['dot at the end of the domain', 'ann@example.com.', 'ann@example.com'],
    ['international domain', 'ann@bücher.example.com', 'ann@xn--bcher-kva.example.com'],
    ['international domain, composed of parts', 'ann@bu\u0308cher.example.com', 'ann@xn--bcher-kva.example.com'],
    ['international domain in its ASCII form', 'ann@XN--BCHER-KVA.example.com', 'ann@xn--bcher-kva.example.com'],
    ['full-width domain', 'ann@ｅｘａｍｐｌｅ。ｃｏｍ', 'ann@example.com'],
    ['a look-alike domain stays another domain', 'ann@ex\u0430mple.com', 'ann@xn--exmple-4nf.com'],
    ['unusual but legal signs', "o'hara!#$%&*/=?^_`{|}~-@example.com", "o'hara!#$%&*/=?^_`{|}~-@example.com"],
    ['longest local part', `${'a'.repeat(localPartLengthLimit)}@example.com`, `${'a'.repeat(64)}@example.com`],
    ['longest address', addressOfLength(addressLengthLimit), addressOfLength(addressLengthLimit)],
  ])('%s', (_, given, normal) => {
    expect(normaliseAddress(given)).toBe(normal);
    expect(normaliseAddress(normal)).toBe(normal);
  });

  it.each([
    ['nothing', ''],
    ['no @', 'ann.example.com'],
    ['no local part', '@example.com'],
    ['no domain', 'ann@'],
    ['domain of one label', 'a@b'],
    ['local part outside ASCII', 'änn@example.com'],
    ['local part that only looks like ASCII', '\u0430nn@example.com'],
    ['local part with the Kelvin sign', '\u212Aarl@example.com'],
    ['quoted local part', '"ann lee"@example.com'],
    ['two @', 'ann@lee@example.com'],
    ['two dots in a row', 'ann..lee@example.com'],
    ['dot before the @', 'ann.@example.com'],
    ['two dots at the end', 'ann@example.com..'],
    ['comma', 'ann@example.com,bob@example.com'],
    ['comma in the domain', 'ann@example,com'],
    ['semicolon', 'ann@example.com;bob@example.com'],
    ['name and angle brackets', 'Ann <ann@example.com>'],
    ['null byte', 'ann\0@example.com'],
    ['null byte in the domain', 'ann@exam\0ple.com'],
    ['no-break space inside', 'ann\u00a0lee@example.com'],
    ['zero-width space inside', 'ann@exam\u200bple.com'],
    ['line break and a header', 'ann@example.com\r\nBcc: bob@example.com'],
    ['tab in the domain', 'ann@exam\tple.com'],
    ['path behind the domain', 'ann@example.com/path'],
    ['port behind the domain', 'ann@example.com:80'],
    ['percent in the domain', 'ann@ex%61mple.com'],
    ['query behind the domain', 'ann@example.com?x'],
    ['backslash in the domain', 'ann@example.com\\x'],
    ['address literal', 'ann@[127.0.0.1]'],
    ['number instead of a domain', 'ann@127.1'],
    ['label beginning with a hyphen', 'ann@-example.com'],
    ['label of 64', `ann@${'a'.repeat(64)}.com`],
    ['underscore in the domain', 'ann@ex_ample.com'],
    ['local part one too long', `${'a'.repeat(localPartLengthLimit + 1)}@example.com`],
    ['address one too long', addressOfLength(addressLengthLimit + 1)],
    ['something endless', `${'a'.repeat(1_000_000)}@example.com`],
  ])('%s is refused', (_, given) => {
    expect(normaliseAddress(given)).toMatchObject({ refused: 'bad-address' });
  });

  it('the lengths at the limit are what they say', () => {
    expect(addressOfLength(254)).toHaveLength(254);
    expect(addressOfLength(255)).toHaveLength(255);
  });

  it('never throws, and what it gives is its own normal form', () => {
    const piece = fc.constantFrom(
      'a',
      'B',
      '@',
      '.',
      '-',
      'é',
      '\u0430',
      ' ',
      '\0',
      '"',
      'com',
      'example',
      '\u00a0',
      '/',
      '。',
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
    );
    fc.assert(
      fc.property(text, (given) => {
        const normal = normaliseAddress(given);
        if (isRefusal(normal)) return;
        expect(normal).toMatch(/^[\x21-\x7e]+$/);
        expect(normaliseAddress(normal)).toBe(normal);
      }),
      { numRuns: 2000 },
    );
  });
});

function normalOf(text: string): string {
  const normal = normaliseAddress(text);
  if (isRefusal(normal)) throw new Error(normal.sentence);
  return normal;
}

describe('the hash of an address', () => {
  const pepper = Buffer.alloc(32, 1);

  it('is the same for every spelling of one address', () => {
    const hashes = ['Ann@Example.com', ' ann@example.com '].map((text) => hashAddress(pepper, normalOf(text)));
    expect(new Set(hashes).size).toBe(1);
    expect(hashes[0]).toMatch(/^[0-9a-f]{64}$/);
  });

  it('tells nothing without the pepper', () => {
    expect(hashAddress(pepper, 'ann@example.com')).not.toBe(hashAddress(Buffer.alloc(32, 2), 'ann@example.com'));
  });
});
