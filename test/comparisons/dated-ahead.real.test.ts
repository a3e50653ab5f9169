import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { edit, unlabelledText } from './fixture-pages.ts';
import { htmlForms } from './html-forms.ts';
import { startImporting, unlabelledSlug, type Importing } from './importing.ts';
import { describeImport, importComparisonPaths, type ImportedFile } from '../../src/comparisons/import-paths.ts';
import { publicationAheadDaysLimit } from '../../src/comparisons/publication.ts';
import { listCandidates } from '../../src/issues/candidate-queries.ts';
import { startPageServer, type PageServer } from '../support/page-server.ts';

const now = new Date('2026-11-10T08:00:00Z');
const aDayMs = 24 * 3_600_000;
const latest = new Date(now.getTime() + publicationAheadDaysLimit * aDayMs).toISOString();
const pastLatest = new Date(now.getTime() + publicationAheadDaysLimit * aDayMs + 1).toISOString();
const toArticle = htmlForms['a semantic article'] ?? String;

const text = (day: string) => edit(unlabelledText, 'AI tool', `Published ${day}\nAI tool`);
const json = (day: string) =>
  JSON.stringify({ left: { name: 'Harbor 2.1' }, right: { name: 'Tern (7B)' }, publishedAt: day });
const withLine = (day: string) => edit(toArticle(unlabelledText), '<p>AI tool', `<p>Published ${day}</p><p>AI tool`);
const withMeta = (day: string) =>
  toArticle(unlabelledText).replace('</head>', `<meta property="article:published_time" content="${day}"></head>`);

/** What a page may be, and where a refusal says the day stands. */
const forms: ReadonlyArray<[name: string, type: string, write: (day: string) => string, place: RegExp]> = [
  ['page.txt', 'text/plain', text, /: line \d+: /],
  ['page.html', 'text/html', withLine, /: line \d+: /],
  ['meta.html', 'text/html', withMeta, /: line \d+: /],
  ['page.json', 'application/json', json, /: publishedAt: /],
  ['page.ndjson', 'application/x-ndjson', (day) => `${json(day)}\n`, /, line 1: publishedAt: /],
];

let importing: Importing;
let folder: string;
let server: PageServer;
let served = '';
beforeAll(async () => {
  importing = await startImporting();
  folder = await mkdtemp(join(tmpdir(), 'verdicts-ahead-'));
  server = await startPageServer((request, response) => {
    const type = forms.find(([name]) => request.url === `/${name}`)?.[1] ?? 'text/plain';
    response.writeHead(200, { 'content-type': type }).end(served);
  });
});
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
  await importing.drop();
});
beforeEach(() => importing.clear());

async function run(name: string, content: string, request: { isServed?: boolean; publishedAt?: Date } = {}) {
  served = content;
  const path = request.isServed ? `http://${server.host}/${name}` : join(folder, name);
  if (!request.isServed) await writeFile(path, content);
  const files: ImportedFile[] = [];
  const clock = { now: () => now, sleep: () => Promise.resolve() };
  const fetching = { allowHosts: [server.host] };
  const counts = await importComparisonPaths(
    { db: importing.db, clock },
    { paths: [path], publishedAt: request.publishedAt ?? null, fetching },
    (file) => files.push(file),
  );
  return { counts, lines: files.map(describeImport) };
}

const sources = forms.flatMap((form) => [false, true].map((isServed) => ({ form, isServed, name: form[0] })));

test.each(sources)('$name dated ahead is taken and said not to be picked before, served: $isServed', async (source) => {
  const [name, , write] = source.form;
  const { counts, lines } = await run(name, write('2027-03-01'), source);
  expect(counts).toEqual({ new: 1, changed: 0, unchanged: 0, refused: 0, ahead: 1 });
  expect(lines).toEqual([`new        ${unlabelledSlug}\n             not picked before 2027-03-01`]);
  expect(await listCandidates(importing.db, new Date('2027-02-28T23:59:59Z'))).toEqual([]);
  expect(await listCandidates(importing.db, new Date('2027-03-01T00:00:00Z'))).toHaveLength(1);
  expect((await run(name, write('2027-03-01'), source)).counts).toMatchObject({ unchanged: 1, ahead: 1 });
});

test.each(sources)('$name dated more than a year ahead is refused, served: $isServed', async (source) => {
  const [name, , write, place] = source.form;
  const { counts, lines } = await run(name, write('2062-11-03'), source);
  expect(counts).toEqual({ new: 0, changed: 0, unchanged: 0, refused: 1, ahead: 0 });
  const words = 'the publication 2062-11-03 lies more than a year ahead: see whether the year is right';
  expect(lines[0]).toContain(words);
  expect(lines[0]).toMatch(place);
});

test('the limit itself is taken, and a millisecond more refused', async () => {
  expect((await run('page.json', json(latest))).counts).toMatchObject({ new: 1, ahead: 1 });
  expect((await run('page.json', json(pastLatest))).counts).toMatchObject({ refused: 1 });
});

test('a day given on the command line is treated alike', async () => {
  const ahead = await run('page.txt', unlabelledText, { publishedAt: new Date('2027-03-01T09:00Z') });
  expect(ahead.lines[0]).toContain('not picked before 2027-03-01 09:00 UTC');
  const absurd = await run('page.txt', unlabelledText, { publishedAt: new Date(pastLatest) });
  expect(absurd.lines[0]).toMatch(/--published-at: the publication .* lies more than a year ahead/);
});

test('a page of today is taken without a word, and one stored as ahead keeps saying so', async () => {
  expect((await run('page.txt', text('2026-11-10'))).lines).toEqual([`new        ${unlabelledSlug}`]);
  await run('page.txt', text('2027-03-01'));
  expect((await run('page.txt', unlabelledText)).lines[0]).toMatch(/^unchanged .*\n +not picked before 2027-03-01$/);
});

test.each([
  [
    'page.txt',
    edit(unlabelledText, 'Harbor 2.1 vs', 'Har\u0000bor 2.1 vs'),
    /a control character was left out, on line \d/,
  ],
  [
    'page.html',
    toArticle(unlabelledText).replaceAll('Harbor', 'Har\u0000bor'),
    /\d+ control characters were left out, the first on line \d+:/,
  ],
  ['page.json', json('2026-11-03').replace('Harbor', 'Har\\u0000bor'), /a control character was left out: see/],
  ['page.ndjson', json('2026-11-03').replace('Harbor', 'Har\\u0007bor'), /a control character was left out: see/],
])('%s with a control character in a name comes in without it and says so', async (name, content, sentence) => {
  const { lines } = await run(name, content);
  expect(lines[0]).toMatch(new RegExp(`^new +${unlabelledSlug}\n`));
  expect(lines[0]).toMatch(sentence);
});
