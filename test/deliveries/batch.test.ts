import { describe, expect, it } from 'vitest';
import {
  backoffMs,
  decideNextStep,
  idempotencyKeyOf,
  type JudgedCall,
  leaseMs,
  type NextStep,
} from '../../src/deliveries/batch.ts';
import type { Judgement } from '../../src/deliveries/judge-answer.ts';

const now = new Date('2026-11-21T09:00:00Z');
const after = (ms: number) => new Date(now.getTime() + ms);
const decide = (judgement: Judgement, change: Partial<JudgedCall> = {}): NextStep =>
  decideNextStep({ judgement, mailsCount: 100, doubts: 0, now, jitter: 1, ...change });

describe('a yes', () => {
  it.each([0, 1, 7])('ends the batch, whatever doubt came before: %s', (doubts) => {
    expect(decide({ verdict: 'yes', ids: [] }, { doubts })).toEqual({ state: 'accepted' });
  });
});

describe('a no', () => {
  const slowDown: Judgement = { verdict: 'no', cause: 'slow-down', waitMs: 4_000 };

  it('to slow down thaws the batch and waits as long as asked', () => {
    expect(decide(slowDown)).toEqual({ state: 'waiting', ringAt: after(4_000) });
  });

  it('to slow down after a doubt waits too, but keeps bytes and key', () => {
    expect(decide(slowDown, { doubts: 1 })).toEqual({ state: 'doubt', ringAt: after(4_000) });
  });

  it.each(['daily-quota', 'monthly-quota', 'account'] as const)(
    'for %s thaws the batch; after a doubt it keeps bytes and key',
    (cause) => {
      expect(decide({ verdict: 'no', cause })).toEqual({ state: 'waiting', ringAt: now });
      expect(decide({ verdict: 'no', cause }, { doubts: 2 })).toEqual({ state: 'doubt', ringAt: now });
    },
  );

  it('for want of a connection thaws the batch, which waits a little; after a doubt it keeps bytes and key', () => {
    const unreached: Judgement = { verdict: 'no', cause: 'unreached' };
    expect(decide(unreached)).toEqual({ state: 'waiting', ringAt: after(2_000) });
    expect(decide(unreached, { doubts: 1 })).toEqual({ state: 'doubt', ringAt: after(2_000) });
  });

  it.each([0, 1, 5])('about the mails ends any doubt: these bytes cannot have been taken (%s)', (doubts) => {
    const content: Judgement = { verdict: 'no', cause: 'content' };
    expect(decide(content, { doubts, mailsCount: 100 })).toEqual({ state: 'split' });
    expect(decide(content, { doubts, mailsCount: 2 })).toEqual({ state: 'split' });
    expect(decide(content, { doubts, mailsCount: 1 })).toEqual({ state: 'failed' });
  });
});

describe('a doubt', () => {
  it('keeps bytes and key and asks again later, ever later', () => {
    const unknown: Judgement = { verdict: 'doubt', cause: 'unknown' };
    expect(decide(unknown)).toEqual({ state: 'doubt', ringAt: after(1_000) });
    expect(decide(unknown, { doubts: 3 })).toEqual({ state: 'doubt', ringAt: after(8_000) });
  });

  it('while the first call still runs asks again soon', () => {
    const inProgress: Judgement = { verdict: 'doubt', cause: 'in-progress' };
    expect(decide(inProgress, { doubts: 9 })).toEqual({ state: 'doubt', ringAt: after(2_000) });
  });

  it('over another body under our key blocks the batch: a person decides', () => {
    expect(decide({ verdict: 'doubt', cause: 'other-body' }, { mailsCount: 1 })).toEqual({ state: 'blocked' });
  });
});

describe('the back-off', () => {
  it.each([
    [0, 500, 1_000],
    [1, 1_000, 2_000],
    [8, 128_000, 256_000],
    [9, 150_000, 300_000],
    [5_000, 150_000, 300_000],
  ])('after %s doubts is between %s and %s ms', (doubts, least, most) => {
    expect(backoffMs(doubts, 0)).toBe(least);
    expect(backoffMs(doubts, 1)).toBe(most);
  });
});

it('a lease outlasts the call it covers', () => {
  expect(leaseMs(30_000)).toBe(45_000);
});

it('every freeze of a batch has a key of its own, within the 256 characters the provider takes', () => {
  const batchId = '0b9d2f0e-5c57-4a53-9b2f-3f1d2a9a7c11';
  expect(idempotencyKeyOf(batchId, 1)).not.toBe(idempotencyKeyOf(batchId, 2));
  expect(idempotencyKeyOf(batchId, 2_147_483_647).length).toBeLessThan(256);
});
