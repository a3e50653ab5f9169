import { expect, test } from 'vitest';
import { edit, labelledText, lineOf, parsePage, refusePage } from './fixture-pages.ts';
import { factLengthLimit } from '../../src/comparisons/figures.ts';

test('a row with an unknown label is passed over', () => {
  expect(JSON.stringify(parsePage(labelledText).page)).not.toMatch(/Licence|Closed|MIT/);
});

test('without a table its facts are null', () => {
  const table = labelledText.slice(labelledText.indexOf('Decision\n'), labelledText.indexOf('Reviewer scorecard'));
  const { left } = parsePage(edit(labelledText, table, '')).page;
  expect(left).toMatchObject({ pricing: null, bestFor: null, panel: null, category: 'Deployment', shipPercent: 75 });
});

test.each(['$12 a month', '—', 'Closed', 'MIT', 'Pricing', 'Best for', 'Licence', 'People who answer their own mail'])(
  'without the line "%s" the table is refused',
  (line) => {
    const text = edit(labelledText, `\n${line}\n`, '\n');
    const { sentence, line: number } = refusePage(text);
    expect(sentence).toMatch(/^line \d+: /);
    expect(Math.abs(number - lineOf(labelledText, line))).toBeLessThanOrEqual(6);
  },
);

test('without its last cell the table is refused', () => {
  const text = edit(labelledText, 'Category\nDeployment\nWriting\n', 'Category\nDeployment\n');
  expect(refusePage(text)).toMatchObject({ refused: 'incomplete' });
});

test('names in another order than the title are refused with the line', () => {
  const text = edit(labelledText, 'Decision\nHarbor 2.1\nQuillpad\n', 'Decision\nQuillpad\nHarbor 2.1\n');
  expect(refusePage(text)).toMatchObject({ refused: 'incomplete', line: lineOf(labelledText, 'Decision') + 1 });
});

test('a label twice is refused', () => {
  const text = edit(labelledText, 'Best for\n', 'Pricing\na\nb\nBest for\n');
  expect(refusePage(text)).toMatchObject({ refused: 'contradiction', line: lineOf(labelledText, 'Best for') });
});

test.each(['Ship, mostly', '3 of 4', 'Ship · three / one'])('a panel verdict of "%s" is refused', (text) => {
  const line = lineOf(labelledText, 'Ship · 3 ship / 1 skip');
  expect(refusePage(edit(labelledText, 'Ship · 3 ship / 1 skip', text))).toMatchObject({
    refused: 'not-understood',
    line,
  });
});

test.each(['No panel take', 'No panel verdict yet', '—', 'Ship'])('a panel verdict of "%s" gives no counts', (text) => {
  expect(parsePage(edit(labelledText, 'Ship · 3 ship / 1 skip', text)).page.left.panel).toBeNull();
});

const tableCommunity = 'Community\n62% ship · 124 votes\nNo community votes yet';
test.each([
  ['48% ship · 1,240 votes', { shipPercent: 48, votes: 1240 }],
  ['48% · 1 vote', { shipPercent: 48, votes: 1 }],
  ['48% (124 votes)', { shipPercent: 48, votes: 124 }],
  ['48%', { shipPercent: 48, votes: null }],
  ['0% ship · 3 votes', { shipPercent: 0, votes: 3 }],
])('a community cell "%s" is read', (cell, community) => {
  const text = edit(labelledText, tableCommunity, `Community\n—\n${cell}`);
  expect(parsePage(text).page.right.community).toEqual(community);
});

test.each(['101% ship · 4 votes', 'mostly ship', '48% of many', '124 votes'])(
  'a community cell "%s" is refused',
  (cell) => {
    const text = edit(labelledText, tableCommunity, `Community\n—\n${cell}`);
    expect(refusePage(text)).toMatchObject({ refused: 'not-understood', line: lineOf(text, cell) });
  },
);

test('the table adds votes to a share and is refused for another share', () => {
  const alone = edit(labelledText, '62% ship · 124 votes\n\nCommunity', '62%\n\nCommunity');
  expect(parsePage(alone).page.left.community).toEqual({ shipPercent: 62, votes: 124 });
  const other = edit(labelledText, '62% ship · 124 votes\n\nCommunity', '61%\n\nCommunity');
  expect(refusePage(other).refused).toBe('contradiction');
});

test('a category that is not the one above the name is refused', () => {
  const text = edit(labelledText, 'Category\nDeployment', 'Category\nHosting');
  expect(refusePage(text)).toMatchObject({ refused: 'contradiction', line: lineOf(text, 'Hosting') });
});

const filled = (length: number) => edit(labelledText, '$12 a month', 'x'.repeat(length));
test('a cell at the length limit is read and one past it is not', () => {
  expect(parsePage(filled(factLengthLimit)).page.left.pricing).toHaveLength(factLengthLimit);
  expect(refusePage(filled(factLengthLimit + 1)).refused).toBe('too-long');
});
