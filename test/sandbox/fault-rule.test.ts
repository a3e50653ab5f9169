import { describe, expect, it } from 'vitest';
import { faultRuleSchema, isFaultFor, isFaultPlayed } from '../../src/sandbox/fault-rule.ts';

const target = {
  method: 'POST',
  path: '/emails/batch',
  idempotencyKey: 'batch-12.1',
  apiKey: 're_one',
  body: Buffer.from('[{"to":"ada@example.com"}]'),
};

function match(fields: Record<string, unknown>) {
  return faultRuleSchema.parse({ match: fields, action: { kind: 'timeout-after' } }).match;
}

describe('a fault rule', () => {
  it.each([
    [{}, true],
    [{ path: '/emails/batch' }, true],
    [{ path: '/emails' }, false],
    [{ method: 'GET' }, false],
    [{ keyPrefix: 'batch-1' }, true],
    [{ keyPrefix: 'batch-2' }, false],
    [{ bodyContains: 'ada@' }, true],
    [{ bodyContains: 'mara@' }, false],
    [{ apiKey: 're_one' }, true],
    [{ apiKey: 're_on' }, false],
  ])('with match %j speaks of the request: %s', (fields, expected) => {
    expect(isFaultFor(match(fields), target)).toBe(expected);
  });

  it('with a key prefix never speaks of a request without a key', () => {
    expect(isFaultFor(match({ keyPrefix: 'b' }), { ...target, idempotencyKey: undefined })).toBe(false);
  });

  it('is played on one request unless told otherwise', () => {
    expect([1, 2, 3].map((pass) => isFaultPlayed(match({}), pass))).toEqual([true, false, false]);
    expect([1, 2, 3, 4].map((pass) => isFaultPlayed(match({ skip: 1, times: 2 }), pass))).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect([1, 2, 99].map((pass) => isFaultPlayed(match({ skip: 1, times: 'always' }), pass))).toEqual([
      false,
      true,
      true,
    ]);
  });

  it.each([
    { action: { kind: 'explode' } },
    { action: { kind: 'status', status: 199 } },
    { action: { kind: 'status', status: 600 } },
    { action: { kind: 'slow', everyMs: 600_001 } },
    { action: { kind: 'delay', ms: 0 } },
    { match: { times: 0 }, action: { kind: 'hold' } },
    { match: { colour: 'red' }, action: { kind: 'hold' } },
  ])('%j is refused', (rule) => {
    expect(faultRuleSchema.safeParse(rule).success).toBe(false);
  });
});
