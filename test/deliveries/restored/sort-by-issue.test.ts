import { describe, expect, it } from 'vitest';
import { sortByIssue } from '../../../src/deliveries/restored/sort-by-issue.ts';
import { listedMails, standInProvider } from './stand-in-provider.ts';

const one = '11111111-0000-4000-8000-000000000000';
const other = '22222222-0000-4000-8000-000000000000';

/** Sorts and sums up: how many mails of each issue, and how many were asked for. */
async function sort(mails: { subject: string; issueId: string | null | undefined }[]) {
  const provider = standInProvider(mails.map(({ issueId }) => ({ issueId })));
  const sorted = await sortByIssue(provider, listedMails(mails));
  if (sorted.kind !== 'read') throw new Error(sorted.kind);
  const counts = new Map<string | null | undefined, number>();
  for (const { issueId, mails: some } of sorted.value.stretches)
    counts.set(issueId, (counts.get(issueId) ?? 0) + some.length);
  return { counts, unaskedCount: sorted.value.unaskedCount, askedCount: provider.askedCount() };
}

const times = (count: number, mail: { subject: string; issueId: string | null | undefined }) =>
  Array.from({ length: count }, () => mail);

describe('mails are sorted by the issue their tag names', () => {
  it('one subject, one issue: three are asked for of ten thousand', async () => {
    const { counts, askedCount } = await sort(times(10_000, { subject: 'A', issueId: one }));
    expect(counts).toEqual(new Map([[one, 10_000]]));
    expect(askedCount).toBe(3);
  });

  it('a subject that came round again is cut where the issue changes, with few asked for', async () => {
    const mails = [...times(700, { subject: 'A', issueId: one }), ...times(333, { subject: 'A', issueId: other })];
    const { counts, askedCount } = await sort(mails);
    expect(counts).toEqual(new Map([[one, 700], [other, 333]])); // prettier-ignore
    expect(askedCount).toBeLessThan(40);
  });

  it('tests at both ends under the same subject do not hide the issue between', async () => {
    const test = { subject: 'A', issueId: null };
    const { counts } = await sort([test, ...times(50, { subject: 'A', issueId: one }), test]);
    expect(counts).toEqual(new Map<string | null, number>([[null, 2], [one, 50]])); // prettier-ignore
  });

  it('mails of another subject among them split nothing', async () => {
    const mails = times(200, { subject: 'A', issueId: one }).map((mail, index) =>
      index % 3 === 0 ? { subject: 'Please confirm', issueId: null } : mail,
    );
    const { counts, askedCount } = await sort(mails);
    expect(counts).toEqual(new Map<string | null, number>([[one, 133], [null, 67]])); // prettier-ignore
    expect(askedCount).toBe(6);
  });

  it('more than 500 subjects are not all looked into: those with the most mails are, and the rest is counted', async () => {
    const personal = Array.from({ length: 501 }, (_, index) => ({ subject: `For ${index}`, issueId: null }));
    const { counts, unaskedCount } = await sort([...personal, ...times(5, { subject: 'A', issueId: one })]);
    expect(counts.get(one)).toBe(5);
    expect(unaskedCount).toBe(2);
    expect((await sort(personal.slice(1))).unaskedCount).toBe(0);
  });

  it('a provider that tells no tags leaves it open', async () => {
    expect((await sort(times(9, { subject: 'A', issueId: undefined }))).counts).toEqual(new Map([[undefined, 9]]));
  });
});
