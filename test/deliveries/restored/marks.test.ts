import { expect, test } from 'vitest';
import { compareMarks, type Marks, mergeMarks } from '../../../src/deliveries/restored/marks.ts';

const written: Marks = { systemId: '7', databaseOid: '16384', timeline: 1, publicUrl: 'https://a.example.com' };

test('the same marks differ in nothing, and neither does what was never told', () => {
  expect(compareMarks(written, written)).toEqual([]);
  expect(compareMarks({ ...written, systemId: null, timeline: null }, written)).toEqual([]);
});

test.each<[Partial<Marks>, RegExp]>([
  [{ systemId: '8' }, /another server/],
  [{ systemId: null }, /another server/],
  [{ databaseOid: '20000' }, /made anew on its server/],
  [{ timeline: 2 }, /timeline is 2 and was 1/],
  [{ timeline: null }, /timeline is not told and was 1/],
  [{ publicUrl: 'https://b.example.com' }, /PUBLIC_URL is https:\/\/b.example.com and was https:\/\/a.example.com/],
])('%j is told', (change, words) => {
  const found = compareMarks(written, { ...written, ...change });
  expect(found).toHaveLength(1);
  expect(found[0]).toMatch(words);
});

test('on another server what else is new is not told twice; a new address is', () => {
  const moved = { systemId: '8', databaseOid: '5', timeline: 3, publicUrl: 'https://b.example.com' };
  expect(compareMarks(written, moved)).toHaveLength(2);
});

test('what comes to be told is written too, what is written stays', () => {
  expect(mergeMarks(written, { ...written, timeline: 4 })).toBeUndefined();
  expect(mergeMarks({ ...written, systemId: null }, { ...written, timeline: 4 })).toEqual(written);
});
