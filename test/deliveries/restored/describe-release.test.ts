import { describe, expect, it } from 'vitest';
import { describeRelease } from '../../../src/deliveries/restored/describe-release.ts';
import type { NotedIssue } from '../../../src/deliveries/restored/note-unknown.ts';
import type { Released } from '../../../src/deliveries/restored/release-hold.ts';

const quiet: Released = {
  issue: undefined,
  notedCount: 0,
  unknown: [],
  repeating: undefined,
  isBlind: false,
  isUntagged: false,
  unaskedCount: 0,
};
const open = {
  id: 'i',
  number: 3,
  state: 'paused',
  from: 'a@example.com',
  subject: 'S',
  approvedAt: new Date(0),
} as const;
const unknown: NotedIssue = {
  id: 'u',
  number: 12,
  subject: 'Cursor against Windsurf',
  mailsCount: 412,
  firstAt: new Date('2026-11-14T09:00:00Z'),
  lastAt: new Date('2026-11-15T00:00:00Z'),
  picks: [
    { leftSlug: 'cursor', rightSlug: 'windsurf', slug: 'cursor-vs-windsurf' },
    { leftSlug: 'cursor', rightSlug: 'zed', slug: null },
  ],
};
const sentence = 'cursor-vs-windsurf went out already on 2026-11-15.';
const write = (changes: Partial<Released>): string => describeRelease({ ...quiet, ...changes }).join('\n');

describe('what a release says', () => {
  it('with nothing found is that sending is on', () => {
    expect(describeRelease(quiet)).toEqual([expect.stringMatching(/^Sending is on\./)]);
  });

  it('names an unknown issue, what of it is here and what is not, and what is lost beside it', () => {
    expect(write({ unknown: [unknown] })).toMatch(
      /took 412 mails, "Cursor against Windsurf", from 2026-11-14 to 2026-11-15, .*; its comparison found here is not picked again: cursor-vs-windsurf\. Not here, .*: cursor-vs-zed\. It was issue 12: the next one here gets a higher number\.\nWho signed up/,
    );
  });

  it('one mail on one day, nothing here; or nothing that could be read', () => {
    const one = { ...unknown, mailsCount: 1, lastAt: unknown.firstAt, picks: unknown.picks.slice(1) };
    expect(write({ unknown: [one] })).toMatch(
      /took 1 mail, .*, on 2026-11-14, .* none of its comparisons is here\. Not here/,
    );
    const unread = write({ unknown: [{ ...unknown, number: null, picks: [] }] });
    expect(unread).toContain('could not be read, so they may be picked again');
    expect(unread).not.toContain('higher number');
  });

  it('tells of an issue that repeats it: approved, a draft, going out', () => {
    const repeating = { number: 3, state: 'draft', wasApproved: true, sentence } as const;
    expect(write({ repeating })).toContain(
      `Issue 3 (draft): ${sentence} Its approval is taken back; \`issue cancel 3\` makes room`,
    );
    expect(write({ repeating: { ...repeating, wasApproved: false } })).toContain('It cannot be approved');
    expect(write({ repeating: { ...repeating, wasApproved: false, state: 'sending' } })).toContain(
      '`issue cancel 3` stops it',
    );
  });

  it('a key that may not list: an issue unknown here may be picked again, also where none is open', () => {
    expect(write({ isBlind: true })).toContain('may be picked again');
    expect(write({ isBlind: true, issue: open })).toMatch(/may be picked again[^]*Issue 3 \(paused\).*your word/);
  });

  it('what it could not look into', () => {
    expect(write({ isUntagged: true })).toContain('does not tell the tags');
    expect(write({ unaskedCount: 7 })).toContain('7 further mails');
  });
});
