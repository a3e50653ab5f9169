import { describe, expect, it } from 'vitest';
import { describeTrip, figuresSince, judgeFigures, sharesOf } from '../../src/deliveries/guard.ts';

const judge = (delivered: number, bounced: number, complained = 0) =>
  judgeFigures({ delivered, bounced, complained }) ?? 'fine';

describe('112 the guard stops an issue', () => {
  it.each([
    ['10 of 250 bounced, which is the limit of 4 %', 240, 10, 'fine'],
    ['10 of 249 bounced, one past it', 239, 10, 'bounces'],
    ['9 of 9 bounced, which proves nothing yet', 0, 9, 'fine'],
    ['10 of 10 bounced', 0, 10, 'bounces'],
    ['40,000 of a million bounced', 960_000, 40_000, 'fine'],
    ['40,001 of a million bounced', 959_999, 40_001, 'bounces'],
    ['nothing is reported', 0, 0, 'fine'],
  ])('%s', (...[, delivered, bounced, expected]) => {
    expect(judge(delivered, bounced)).toBe(expected);
  });

  it.each([
    ['5 of 6,250 complained, which is the limit of 0.08 %', 6_250, 5, 'fine'],
    ['5 of 6,249 complained, one past it', 6_249, 5, 'complaints'],
    ['4 of 4 complained, which proves nothing yet', 4, 4, 'fine'],
    ['5 of 5 complained', 5, 5, 'complaints'],
    ['800 of a million complained', 1_000_000, 800, 'fine'],
    ['801 of a million complained', 1_000_000, 801, 'complaints'],
  ])('%s', (...[, delivered, complained, expected]) => {
    expect(judge(delivered, 0, complained)).toBe(expected);
  });
});

describe('after a person went on in spite of it', () => {
  const baseline = { delivered: 230, bounced: 20, complained: 6 };
  it('the same figures are nought', () => {
    expect(figuresSince(baseline, baseline)).toEqual({ delivered: 0, bounced: 0, complained: 0 });
    expect(judgeFigures(figuresSince({ ...baseline, bounced: 29 }, baseline))).toBeUndefined();
  });
  it('ten new bounces over the share stop it again', () => {
    expect(judgeFigures(figuresSince({ ...baseline, bounced: 30 }, baseline))).toBe('bounces');
    expect(judgeFigures(figuresSince({ delivered: 470, bounced: 30, complained: 6 }, baseline))).toBeUndefined();
  });
  it('nothing counts below nought where a delivered mail bounced after all', () => {
    expect(figuresSince({ delivered: 229, bounced: 21, complained: 6 }, baseline)).toEqual({
      delivered: 0,
      bounced: 1,
      complained: 0,
    });
  });
});

it('the shares are 0 before anything is reported, and the reason names figures and limit', () => {
  expect(sharesOf({ delivered: 0, bounced: 0, complained: 0 })).toEqual({ bounceShare: 0, complaintShare: 0 });
  expect(describeTrip('bounces', { delivered: 239, bounced: 10, complained: 0 })).toBe(
    '10 of 249 bounced (4.02 %, the limit is 4 %)',
  );
  expect(describeTrip('complaints', { delivered: 6_249, bounced: 0, complained: 6 })).toBe(
    '6 of 6249 complained (0.1 %, the limit is 0.08 %)',
  );
});
