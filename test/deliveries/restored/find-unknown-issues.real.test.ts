import { afterAll, beforeAll, expect, it } from 'vitest';
import { findUnknownIssues } from '../../../src/deliveries/restored/find-unknown-issues.ts';
import type { UnknownIssue } from '../../../src/issues/unknown-issues.ts';
import { insertIssue } from '../../issues/insert-samples.ts';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts';
import { listedMails, standInProvider } from './stand-in-provider.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.drop());

const unknownId = '11111111-0000-4000-8000-000000000000';
const pairHtml = (right: string): string => `<h2><bdi>Axolotl</bdi> vs <bdi>${right}</bdi></h2>`;

async function find(issueId: string | null, htmls: (string | null | undefined)[]) {
  const provider = standInProvider(htmls.map((html) => (html === undefined ? {} : { html })));
  const mails = listedMails(htmls.map(() => ({ subject: 'Axolotl wins' })));
  const found = await findUnknownIssues(test, provider, { stretches: [{ issueId, mails }], open: undefined });
  if (found.kind !== 'read') throw new Error(found.kind);
  return { found: found.value, askedCount: provider.askedCount() };
}

const rightsOf = ([issue]: UnknownIssue[]): string[] => issue?.picks.map(({ rightSlug }) => rightSlug).toSorted() ?? [];

it('reads ten mails of many, the first and the last among them, and unites what readers had', async () => {
  const htmls = Array.from({ length: 412 }, (_, index) => pairHtml(index === 0 ? 'A' : index === 411 ? 'B' : 'C'));
  const { found, askedCount } = await find(unknownId, htmls);
  expect(askedCount).toBe(10);
  expect(found).toMatchObject([{ id: unknownId, subject: 'Axolotl wins', mailsCount: 412 }]);
  expect(found[0]?.firstAt).toEqual(new Date(Date.UTC(2026, 10, 14) - 411_000));
  expect(found[0]?.lastAt).toEqual(new Date(Date.UTC(2026, 10, 14)));
  expect(rightsOf(found)).toEqual(['a', 'b', 'c']);
});

it('reads all of ten, and of eleven one less', async () => {
  const htmls = Array.from({ length: 11 }, (_, index) => pairHtml(`T${index}`));
  expect(rightsOf((await find(unknownId, htmls.slice(1))).found)).toHaveLength(10);
  expect(rightsOf((await find(unknownId, htmls)).found)).toHaveLength(10);
});

it('a mail that is gone or has no HTML is passed over', async () => {
  expect(rightsOf((await find(unknownId, [undefined, pairHtml('A'), null])).found)).toEqual(['a']);
});

it('an issue that went out from here is known, one that is a draft here is not; an id of another form is not ours', async () => {
  const { id: sentId } = await insertIssue(test.db, { number: 1, state: 'sent' });
  const { id: draftId } = await insertIssue(test.db, { number: 2, state: 'draft' });
  expect((await find(sentId, [pairHtml('A')])).found).toEqual([]);
  expect((await find(draftId, [pairHtml('A')])).found).toMatchObject([{ id: draftId }]);
  expect((await find('spring-sale', [pairHtml('A')])).found).toEqual([]);
  expect((await find(null, [pairHtml('A')])).found).toEqual([]);
});
