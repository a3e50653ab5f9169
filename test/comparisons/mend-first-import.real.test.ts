import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { isRefusal } from '../../src/platform/refusal.ts';
import { labelledText, parsePage, unlabelledText } from './fixture-pages.ts';
import { type Importing, startImporting, unlabelledSlug } from './importing.ts';

let importing: Importing;
beforeAll(async () => {
  importing = await startImporting();
});
afterAll(() => importing.drop());
beforeEach(() => importing.clear());

/** The page with its first two takes, left and right, in each other's place. */
function swapFirstTakes(text: string): string {
  const { left, right } = parsePage(text).page;
  const [one, two] = [left.takes[0]?.words ?? '', right.takes[0]?.words ?? ''];
  return text.replace(one, '@@').replace(two, one).replace('@@', two);
}

test('a page with swapped takes is refused where only its own earlier version knows the words', async () => {
  await importing.bringIn(unlabelledText);
  expect(isRefusal(await importing.attempt(swapFirstTakes(unlabelledText)))).toBe(true);
});

test('a page that came in swapped first is mended by the right one, once another page knows the words', async () => {
  await importing.bringIn(swapFirstTakes(unlabelledText));
  await importing.bringIn(labelledText);
  expect(await importing.bringIn(unlabelledText)).toMatchObject({ outcome: 'changed', version: 2 });
  const { left, right } = parsePage(unlabelledText).page;
  const shown = await importing.show(unlabelledSlug);
  expect(shown.left.takes.map((take) => take.words)).toEqual(left.takes.map((take) => take.words));
  expect(shown.right.takes.map((take) => take.words)).toEqual(right.takes.map((take) => take.words));
});
