import { expect, test } from 'vitest';
import { edit, labelledText, parsePage, unlabelledText } from './fixture-pages.ts';
import { hashContent } from '../../src/comparisons/content-hash.ts';
import { describePageChanges } from '../../src/comparisons/page-changes.ts';

const changesOf = (before: string, after: string) => describePageChanges(parsePage(before).page, parsePage(after).page);

test.each([
  ['$12 a month', '$15 a month', ['Harbor 2.1: pricing was "$12 a month", is "$15 a month"']],
  ['$12 a month', '—', ['Harbor 2.1: pricing was "$12 a month", is no longer stated']],
  ['$12 a month\n—', '$12 a month\nFree', ['Quillpad: pricing is now stated, "Free"']],
  ['Paid', 'Free', ['Harbor 2.1: entry was paid, is free']],
  ['33%', '50%', ['Quillpad: panel share was 33%, is 50%']],
  ['1 ship / 2 skip', '2 ship / 2 skip', ['Quillpad: panel was 1 ship / 2 skip, is 2 ship / 2 skip']],
  [
    '81/100 · ship',
    '79/100 · skip',
    [
      "the builder's take of Harbor 2.1: score was 81, is 79",
      "the builder's take of Harbor 2.1: verdict was ship, is skip",
    ],
  ],
  ['There is nothing here to look at.\n', '', ["the creator's take of Harbor 2.1: words are no longer stated"]],
  ['There is nothing here to look at.', 'It looks back at me.', ['1 take of Harbor 2.1 reworded']],
  ['40/100 · skip\n\nMy drafts came back polite and empty.', 'No panel take', ['1 take of Quillpad gone']],
  ['it saves me each week.\n\n—', 'it saves me each week.\n\n10/100 · skip', ['1 take of Quillpad added']],
])('"%s" edited to "%s" is told', (part, by, changes) => {
  expect(changesOf(labelledText, edit(labelledText, part, by))).toEqual(changes);
});

test('reworded takes without labels are counted together', () => {
  const edited = unlabelledText
    .replace('One file, one port', 'One port, one file')
    .replace('Mine took three', 'Mine took four');
  expect(changesOf(unlabelledText, edited)).toEqual(['2 takes of Harbor 2.1 reworded']);
});

test('takes in another order are told', () => {
  const [one, two] = [
    '“There is nothing here to look at.”',
    '“Twelve dollars is less than the hour it saves me each week.”',
  ];
  const edited = unlabelledText.replace(one, '@').replace(two, one).replace('@', two);
  expect(changesOf(unlabelledText, edited)).toEqual(['takes of Harbor 2.1 stand in another order']);
});

test('every edit of content has another hash and at least one change told, no edit has none', () => {
  const before = parsePage(labelledText).page;
  expect(changesOf(labelledText, labelledText)).toEqual([]);
  expect(hashContent(before)).toBe(hashContent(structuredClone(before)));
  for (const word of [
    'one file',
    'on Fridays',
    'good day',
    'own letters',
    'what was wrong',
    'polite and empty',
    'Writing',
  ]) {
    const after = parsePage(labelledText.replaceAll(word, word.replace(/\w(?=\W|$)/, '9'))).page;
    expect(hashContent(after)).not.toBe(hashContent(before));
    expect(describePageChanges(before, after)).not.toEqual([]);
  }
});

test('an edit of quotes alone is told, one of blanks alone is none', () => {
  expect(changesOf(labelledText, edit(labelledText, 'One file, one port', 'One file,  one\u00A0port'))).toEqual([]);
  expect(changesOf(labelledText, edit(labelledText, 'One file, one port', 'One “file”, one port'))).toEqual([
    '1 take of Harbor 2.1 reworded',
  ]);
});
