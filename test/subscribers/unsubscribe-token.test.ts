import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createKeyRing } from '../../src/platform/token.ts';
import {
  createUnsubscribeToken,
  readUnsubscribeToken,
  unsubscribeUrl,
} from '../../src/subscribers/unsubscribe-token.ts';

const [oldSecret, newSecret, foreignSecret] = ['old', 'new', 'foreign'].map((word) => word.repeat(16));
const right = { subscriberId: randomUUID(), deliveryId: randomUUID() };

describe('an unsubscribe token', () => {
  const keys = createKeyRing([String(newSecret), String(oldSecret)]);
  const token = createUnsubscribeToken(keys, right);

  it('gives back what it was made of, and fits into a link', () => {
    expect(readUnsubscribeToken(keys, token)).toEqual(right);
    expect(unsubscribeUrl('https://example.com', token)).toBe(`https://example.com/unsubscribe/${token}`);
    expect(token).toMatch(/^[\w.-]+$/);
    expect(token.length).toBeLessThan(100);
  });

  it('fault 87: made under an older key it still works while SECRET lists that key', () => {
    const old = createUnsubscribeToken(createKeyRing([String(oldSecret)]), right);
    expect(readUnsubscribeToken(keys, old)).toEqual(right);
    expect(readUnsubscribeToken(createKeyRing([String(newSecret)]), old)).toBeUndefined();
  });

  it('fault 87: changed in any one character it is worth nothing', () => {
    for (let at = 0; at < token.length; at += 1) {
      for (const sign of 'Aa0-_.=!') {
        const tampered = token.slice(0, at) + sign + token.slice(at + 1);
        if (tampered !== token) expect(readUnsubscribeToken(keys, tampered)).toBeUndefined();
      }
    }
  });

  it.each([
    ['empty', ''],
    ['longer', `${token}A`],
    ['shorter', token.slice(0, -1)],
    ['padded', `${token}=`],
    ['with a blank', `${token} `],
    ['endless', token + 'A'.repeat(100_000)],
    ['of another installation', createUnsubscribeToken(createKeyRing([String(foreignSecret)]), right)],
    ['of another purpose', keys.sign('confirm', Buffer.alloc(32))],
    ['of another length', keys.sign('unsubscribe', Buffer.alloc(31))],
  ])('fault 87: %s, it is worth nothing', (_, bad) => {
    expect(readUnsubscribeToken(keys, bad)).toBeUndefined();
  });

  it('is not made of anything but two uuids', () => {
    expect(() => createUnsubscribeToken(keys, { ...right, deliveryId: '7' })).toThrow(/uuid/);
  });
});
