import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createKeyRing } from '../../src/platform/token.ts';

const [first, second] = ['a first secret that is long enough', 'a second secret that is long enough'];
const payload = Buffer.from('reader 7');

describe('a token', () => {
  const ring = createKeyRing([first]);
  const token = ring.sign('unsubscribe', payload);

  it('gives its payload back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        expect(ring.verify('x', ring.sign('x', Buffer.from(bytes)))).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it('is safe in a URL and names its key, not its secret', () => {
    expect(token).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
    expect(token.split('.')[0]).toBe(ring.signingKeyId);
    expect(first).not.toContain(ring.signingKeyId);
  });

  it('is the same each time: bytes of a batch can be made again', () => {
    expect(createKeyRing([first]).sign('unsubscribe', payload)).toBe(token);
  });

  it('for one purpose serves no other', () => {
    expect(ring.verify('preferences', token)).toBeUndefined();
  });

  it('changed in any one character is worth nothing', () => {
    for (let at = 0; at < token.length; at += 1) {
      for (const other of ['A', 'B', '_', '.', '!', '=']) {
        if (token[at] === other) continue;
        const changed = token.slice(0, at) + other + token.slice(at + 1);
        expect(ring.verify('unsubscribe', changed), changed).toBeUndefined();
      }
    }
  });

  it.each([
    ['', 'nothing'],
    ['..', 'three empty parts'],
    [token.slice(0, -1), 'one character short'],
    [`${token}A`, 'one character over'],
    [`${token}.`, 'a fourth part'],
    [`${token}=`, 'padding'],
    [` ${token}`, 'a blank'],
    [token.replace(/^[^.]+/, '__proto__'), 'a key that is no key'],
    ['x'.repeat(100_000), 'far too much'],
  ])('that is %j is refused: %s', (odd) => {
    expect(ring.verify('unsubscribe', odd)).toBeUndefined();
  });

  it('may have 300 characters and not one more', () => {
    const bytesFor = (length: number) => Buffer.alloc(Math.floor(((length - 8 - 2 - 27) * 3) / 4));
    const longest = ring.sign('x', bytesFor(300));
    expect(longest.length).toBeGreaterThan(298);
    expect(ring.verify('x', longest)).toBeDefined();
    expect(ring.verify('x', ring.sign('x', bytesFor(302)))).toBeUndefined();
  });
});

describe('a ring of keys', () => {
  it('signs with the first and verifies with all', () => {
    const old = createKeyRing([first]);
    const rotated = createKeyRing([second, first]);
    expect(rotated.verify('x', old.sign('x', payload))).toEqual(payload);
    expect(old.verify('x', rotated.sign('x', payload))).toBeUndefined();
    expect(rotated.signingKeyId).not.toBe(old.signingKeyId);
    expect(rotated.keyIds).toEqual([rotated.signingKeyId, old.signingKeyId]);
  });

  it('signs with an older key when asked to, and with none that it lacks', () => {
    const old = createKeyRing([first]);
    const rotated = createKeyRing([second, first]);
    expect(rotated.sign('x', payload, old.signingKeyId)).toBe(old.sign('x', payload));
    expect(() => old.sign('x', payload, rotated.signingKeyId)).toThrow(/SECRET/);
  });

  it('of no key is a bug', () => {
    expect(() => createKeyRing([])).toThrow(/at least one secret/);
  });
});
