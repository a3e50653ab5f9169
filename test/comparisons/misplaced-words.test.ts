import { expect, test } from 'vitest';
import { edit, labelledText, lineOf, parsePage, unlabelledText } from './fixture-pages.ts';
import { findMisplacedWords } from '../../src/comparisons/misplaced-words.ts';

const left = '“There is nothing here to look at.”';
const right = '“Nobody will pay for 7B, but everybody will pay for what forgets nothing.”';
const swapped = unlabelledText.replace(left, '@').replace(right, left).replace('@', right);
const known = parsePage(unlabelledText).page;

test('a page beside itself and beside the others has its words in place', () => {
  expect(findMisplacedWords(parsePage(unlabelledText), [known, parsePage(labelledText).page])).toBeUndefined();
});

test("takes that have changed places are refused with the first one's line", () => {
  expect(findMisplacedWords(parsePage(swapped), [known])).toMatchObject({
    refused: 'misplaced-words',
    line: lineOf(swapped, right),
  });
});

test('words known from another page of the tool are enough', () => {
  const refusal = findMisplacedWords(parsePage(swapped), [parsePage(labelledText).page]);
  expect(refusal).toMatchObject({ line: lineOf(swapped, left) });
  expect(refusal?.sentence).toMatch(/falls to "Tern \(7B\)", but its words are "Harbor 2\.1"'s/);
});

test('with nothing known there is nothing to refuse', () => {
  expect(findMisplacedWords(parsePage(swapped), [])).toBeUndefined();
});

test("the same words for both tools of a page are refused with the right one's line", () => {
  const text = edit(unlabelledText, right, left);
  expect(findMisplacedWords(parsePage(text), [])).toMatchObject({ line: text.split('\n').lastIndexOf(left) + 1 });
});

test('words known for both tools are refused for neither', () => {
  expect(findMisplacedWords(parsePage(swapped), [known, parsePage(swapped).page])).toBeUndefined();
});

test("a tool's known words that have run into the other's take are refused", () => {
  const lines = labelledText.split('\n').filter((line) => line.trim() !== '');
  const at = lines.indexOf('81/100 · ship');
  const other = lines.indexOf('58/100 · skip');
  const words = lines.slice(at + 1, other);
  const run = lines.toSpliced(at + 1, words.length + 1, '58/100 · skip', ...words).join('\n');
  expect(findMisplacedWords(parsePage(run), [])).toBeUndefined();
  expect(findMisplacedWords(parsePage(run), [parsePage(labelledText).page])).toMatchObject({
    refused: 'misplaced-words',
    line: at + 2,
  });
});
