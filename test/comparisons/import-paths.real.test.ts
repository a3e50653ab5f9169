import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { labelledText, unlabelledText } from './fixture-pages.ts';
import { describeImport, importComparisonPaths, type ImportedFile } from '../../src/comparisons/import-paths.ts';
import { findComparisonBySlug } from '../../src/comparisons/queries.ts';
import { pageBytesLimit } from '../../src/comparisons/parse-page.ts';
import { isRefusal } from '../../src/platform/refusal.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;
let folder: string;

beforeAll(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'verdicts-pages-'));
  await mkdir(join(folder, 'b', 'deep'), { recursive: true });
  await mkdir(join(folder, 'empty', '.hidden'), { recursive: true });
  await writeFile(join(folder, 'b', 'deep', 'tern.txt'), unlabelledText);
  await writeFile(join(folder, 'a.txt'), `\uFEFF${labelledText}`);
  await writeFile(join(folder, 'b', 'torn.txt'), labelledText.slice(0, 900));
  await writeFile(join(folder, 'b', 'notes.md'), 'not a page');
  await writeFile(join(folder, '.draft.txt'), 'not a page');
  await writeFile(join(folder, 'empty', '.hidden', 'a.txt'), labelledText);
  await symlink(folder, join(folder, 'b', 'round'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await database.drop();
});

async function run(...paths: string[]) {
  const files: ImportedFile[] = [];
  const counts = await importComparisonPaths({ db: database.db, clock: systemClock }, { paths }, (file) =>
    files.push(file),
  );
  return { counts, files, lines: files.map(describeImport) };
}

test('a folder is read whole, sorted, hidden files left out, and a refused page does not stop the rest', async () => {
  const { counts, files } = await run(folder);
  expect(files.map(({ path }) => path)).toEqual([
    join(folder, 'a.txt'),
    join(folder, 'b', 'deep', 'tern.txt'),
    join(folder, 'b', 'torn.txt'),
  ]);
  expect(counts).toEqual({ new: 2, changed: 0, unchanged: 0, refused: 1, ahead: 0 });
  const again = await run(join(folder, 'a.txt'), folder);
  expect(again.counts).toEqual({ new: 0, changed: 0, unchanged: 3, refused: 1, ahead: 0 });
});

test('a refused page is told with file, line and reason, a changed one with what changed', async () => {
  const { lines } = await run(join(folder, 'b', 'torn.txt'));
  expect(lines[0]).toMatch(/^refused +.*torn\.txt: line \d+: the page seems cut off after line \d+/);
  const edited = join(folder, 'b', 'edited.page');
  await writeFile(edited, labelledText.replace('$12 a month', '$15 a month'));
  expect((await run(edited)).lines[0]).toMatch(
    /^changed +harbor-2-1-vs-quillpad \(version 2\)\n +Harbor 2\.1: pricing was/,
  );
});

test.each([
  ['a path that is not there', 'nobody.txt', /nobody\.txt does not exist/],
  ['a folder without pages', 'empty', /empty has no \*\.txt, \*\.html/],
  ['a file that is no UTF-8', 'latin.txt', /latin\.txt is not UTF-8 text/],
  ['a file past the limit', 'huge.txt', /huge\.txt has 1000001 bytes/],
])('%s is refused in one sentence', async (_, name, sentence) => {
  const other = await mkdtemp(join(tmpdir(), 'verdicts-pages-'));
  await mkdir(join(other, 'empty'));
  await writeFile(join(other, 'latin.txt'), Buffer.from([0x43, 0x61, 0x66, 0xe9]));
  await writeFile(join(other, 'huge.txt'), 'x'.repeat(pageBytesLimit + 1));
  const { counts, files } = await run(join(other, name), join(folder, 'a.txt'));
  await rm(other, { recursive: true, force: true });
  expect(counts.refused).toBe(1);
  const result = files[0]?.result;
  expect(isRefusal(result) && result.sentence).toMatch(sentence);
  expect(files).toHaveLength(2);
});

test('a file that cannot be read is refused in one sentence', async () => {
  const closed = join(folder, 'closed.page');
  await symlink(closed, closed);
  const { files } = await run(closed);
  expect(isRefusal(files[0]?.result) && files[0]?.result.sentence).toMatch(/closed\.page cannot be read/);
});

const samples = (week: string) => fileURLToPath(new URL(`../../src/demo/samples/${week}`, import.meta.url));

test('the sample weeks come in one after the other, and labels of the first carry over to the second', async () => {
  const own = await createTestDatabase();
  const ctx = { db: own.db, clock: systemClock };
  const whole = { new: 5, changed: 0, unchanged: 0, refused: 0, ahead: 0 };
  expect(await importComparisonPaths(ctx, { paths: [samples('week-1')] })).toEqual(whole);
  expect(await importComparisonPaths(ctx, { paths: [samples('week-2')] })).toEqual(whole);
  const gemma = (await findComparisonBySlug(own.db, 'smollm3-vs-gemma-3n'))?.right;
  expect(gemma?.takes.map(({ score }) => score)).toEqual([84, 78, 87, 52]);
  await own.drop();
});
