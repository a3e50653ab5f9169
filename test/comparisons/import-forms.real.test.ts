import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { edit, labelledText, unlabelledText } from './fixture-pages.ts';
import { htmlForms } from './html-forms.ts';
import { labelledSlug, startImporting, unlabelledSlug, type Importing } from './importing.ts';
import { toShowJson } from '../../src/comparisons/comparison-json.ts';
import { importComparisonPaths, type ImportedFile } from '../../src/comparisons/import-paths.ts';
import { listVersionsOfComparison } from '../../src/comparisons/queries.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { isRefusal } from '../../src/platform/refusal.ts';
import { startPageServer, type PageServer } from '../support/page-server.ts';

const toArticle = htmlForms['a semantic article'] ?? String;
const toSoup = htmlForms['a minified soup'] ?? String;
/** The same page with what it tells machines. */
const head = '<link rel="canonical" href="/compare/own"><meta property="article:published_time" content="2026-11-03">';
const published = (html: string) => html.replace('<head>', `<head>${head}`);

let importing: Importing;
let folder: string;
let server: PageServer;

beforeAll(async () => {
  importing = await startImporting();
  folder = await mkdtemp(join(tmpdir(), 'verdicts-forms-'));
  server = await startPageServer((request, response) => {
    const [type, body] =
      request.url === '/labelled'
        ? ['text/html; charset=utf-8', toArticle(labelledText)]
        : request.url === '/own?x=1'
          ? ['text/html', published(toSoup(labelledText))]
          : request.url === '/plain'
            ? ['text/plain', labelledText]
            : request.url === '/empty'
              ? ['text/html', '']
              : request.url === '/words'
                ? ['text/html', 'Hello']
                : request.url === '/json-page'
                  ? ['application/json', toArticle(labelledText)]
                  : ['application/json', JSON.stringify(harborPair)];
    response.writeHead(200, { 'content-type': type }).end(body);
  });
});
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
  await importing.drop();
});
beforeEach(() => importing.clear());

const harborPair = { left: { name: 'Harbor 2.1' }, right: { name: 'Gull' } };

async function run(paths: string[], options: { baseUrl?: string; publishedAt?: Date } = {}) {
  const files: ImportedFile[] = [];
  const request = { paths, ...options, fetching: { allowHosts: [server.host] } };
  const counts = await importComparisonPaths({ db: importing.db, clock: systemClock }, request, (file) =>
    files.push(file),
  );
  const sentences = files.flatMap(({ result }) => (isRefusal(result) ? [result.sentence] : []));
  return { counts, files, sentences };
}

async function write(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

async function shownJson(slug: string): Promise<string> {
  return JSON.stringify(toShowJson(await importing.show(slug)));
}

describe('one comparison in many forms', () => {
  test('is new once and unchanged in every other form, whichever comes first', async () => {
    const paths = await Promise.all([
      write('a.txt', labelledText),
      ...Object.entries(htmlForms).map(([, toHtml], index) => write(`a-${index}.html`, toHtml(labelledText))),
    ]);
    await importing.bringIn(labelledText);
    paths.push(await write('a.json', await shownJson(labelledSlug)));
    paths.push(await write('a.ndjson', `\n${await shownJson(labelledSlug)}\n\n`));
    for (const [index, first] of paths.entries()) {
      await importing.clear();
      const rest = paths.filter((_, other) => other !== index);
      expect((await run([first, ...rest])).counts).toEqual({
        new: 1,
        changed: 0,
        unchanged: rest.length,
        refused: 0,
        ahead: 0,
      });
      expect(await listVersionsOfComparison(importing.db, labelledSlug)).toHaveLength(1);
    }
  });

  test('edited in one form is a new version in any', async () => {
    await importing.bringIn(labelledText);
    const html = await write('edited.html', toSoup(edit(labelledText, '$12 a month', '$15 a month')));
    const { files } = await run([html]);
    expect(files[0]?.result).toMatchObject({
      outcome: 'changed',
      version: 2,
      changes: ['Harbor 2.1: pricing was "$12 a month", is "$15 a month"'],
    });
  });

  test('with the words of two takes exchanged is refused with the line of the HTML', async () => {
    await importing.bringIn(labelledText);
    const [one = '', other = ''] = unlabelledText.split('\n').filter((line) => line.startsWith('“'));
    const wrong = unlabelledText.replace(one, '@').replace(other, one).replace('@', other);
    const { sentences } = await run([await write('wrong.html', toArticle(wrong))]);
    expect(sentences).toEqual([expect.stringMatching(/wrong\.html: line \d+: this take falls to/)]);
  });
});

describe('what is exported', () => {
  test('changes nothing where it came from, labels and newer facts of other pages included', async () => {
    await importing.bringIn(unlabelledText);
    importing.setNow('2026-11-12T08:00:00Z');
    await importing.bringIn(edit(labelledText, 'Puts a model behind a port', 'Puts any model behind a port'));
    const lines = await Promise.all([labelledSlug, unlabelledSlug].map(shownJson));
    expect(lines[1]).toMatch(/Puts any model.*"persona":"builder"/);
    const path = await write('export.jsonl', lines.join('\n'));
    expect((await run([path])).counts).toEqual({ new: 0, changed: 0, unchanged: 2, refused: 0, ahead: 0 });
  });

  test('is shown the same where it is brought in, and texts after it change nothing', async () => {
    await importing.bringIn(unlabelledText, { publishedAt: new Date('2026-11-03'), baseUrl: 'https://example.com/c' });
    // What pages disagree on is another matter: an older page's own facts are no longer in what is shown.
    const agreeing = edit(labelledText, '\n\nThe second half of the release is about logs: they are now readable.', '');
    await importing.bringIn(agreeing);
    const before = await Promise.all([labelledSlug, unlabelledSlug].map(shownJson));
    const path = await write('export.json', `[${before.toReversed().join(',')}]`);
    await importing.clear();
    expect((await run([path])).counts).toEqual({ new: 2, changed: 0, unchanged: 0, refused: 0, ahead: 0 });
    expect(await Promise.all([labelledSlug, unlabelledSlug].map(shownJson))).toEqual(before);
    const texts = [await write('a.txt', agreeing), await write('b.html', toSoup(unlabelledText))];
    expect((await run(texts)).counts).toEqual({ new: 0, changed: 0, unchanged: 2, refused: 0, ahead: 0 });
  });

  test('one by one: what is wrong in a file does not keep the rest out, and is named', async () => {
    const lines = [JSON.stringify(harborPair), '{"left": 1}', 'not JSON', '{}'];
    const { counts, sentences } = await run([await write('some.ndjson', lines.join('\r\n'))]);
    expect(counts).toEqual({ new: 1, changed: 0, unchanged: 0, refused: 3, ahead: 0 });
    expect(sentences).toEqual([
      expect.stringMatching(/some\.ndjson, line 2: left: /),
      expect.stringMatching(/some\.ndjson, line 3: this line is no JSON/),
      expect.stringMatching(/some\.ndjson, line 4: left: /),
    ]);
    const list = await write('some.json', JSON.stringify([harborPair, { ...harborPair, slug: 'x' }]));
    expect((await run([list])).sentences).toEqual([expect.stringMatching(/some\.json, comparison 2: slug: /)]);
  });

  test("words that are another tool's are refused without a line", async () => {
    await importing.bringIn(labelledText);
    const takes = [{ words: 'It drafts well and exports badly.\n\nI would need an API before I build on it.' }];
    const wrong = { left: { name: 'Harbor 2.1', takes }, right: { name: 'Quillpad' } };
    const { sentences } = await run([await write('wrong.json', JSON.stringify(wrong))]);
    expect(sentences).toEqual([expect.stringMatching(/wrong\.json: this take falls to "Harbor 2\.1"/)]);
  });
});

describe('by address', () => {
  const at = (path: string) => `http://${server.host}${path}`;

  test('a page is the same comparison as its text, and its address is where it was found', async () => {
    expect((await run([at('/labelled')])).counts).toMatchObject({ new: 1 });
    expect(await importing.show(labelledSlug)).toMatchObject({ url: at('/labelled'), publishedAt: null });
    expect((await run([await write('a.txt', labelledText), at('/labelled'), at('/labelled#top')])).counts).toEqual({
      new: 0,
      changed: 0,
      unchanged: 3,
      refused: 0,
      ahead: 0,
    });
  });

  test("a page's own address and publication come first, then the command's base, then where it was found", async () => {
    await run([at('/own?x=1')], { baseUrl: 'https://example.com/c', publishedAt: new Date('2026-01-01') });
    const own = { url: at('/compare/own'), publishedAt: new Date('2026-11-03T00:00:00Z') };
    // The canonical address of a page on loopback is a site's mistake.
    expect(await importing.show(labelledSlug)).toMatchObject({ ...own, url: `https://example.com/c/${labelledSlug}` });
  });

  test('text and JSON are taken by what the server says, and JSON has no address but its own', async () => {
    expect((await run([at('/plain'), at('/json')])).counts).toMatchObject({ new: 2, refused: 0, ahead: 0 });
    expect(await importing.show('harbor-2-1-vs-gull')).toMatchObject({ url: null });
    expect(await importing.show(labelledSlug)).toMatchObject({ url: at('/plain') });
  });
});

test('what an address holds none of is told of the address, not of a file', async () => {
  const at = (path: string) => `http://${server.host}${path}`;
  const { sentences } = await run([at('/empty'), at('/words'), at('/json-page')]);
  expect(sentences).toEqual([
    `${at('/empty')} is empty: see in a browser what stands at this address`,
    `${at('/words')} is sent as HTML and has no markup in it: see in a browser what stands at this address`,
    `${at('/json-page')} is sent as JSON and is HTML: see in a browser what stands at this address`,
  ]);
});

describe('a folder of many forms', () => {
  test('is read whole, each file by its ending or its content', async () => {
    const mixed = join(folder, 'mixed');
    await mkdir(join(mixed, 'deep'), { recursive: true });
    await write('mixed/1.txt', toArticle(labelledText));
    await write('mixed/deep/2.HTM', Buffer.from(`\uFEFF${toSoup(unlabelledText)}`, 'utf16le'));
    await write('mixed/3.json', JSON.stringify(harborPair));
    await write('mixed/4.css', 'not looked at');
    await write('mixed/5.xhtml', 'no markup');
    const { counts, sentences } = await run([mixed]);
    expect(counts).toEqual({ new: 3, changed: 0, unchanged: 0, refused: 1, ahead: 0 });
    expect(sentences).toEqual([expect.stringMatching(/5\.xhtml is named as HTML and has no markup in it/)]);
  });

  test.each<[string, string | Uint8Array, RegExp]>([
    ['page.json', toArticle(labelledText), /page\.json is named as JSON and is HTML: give it the ending/],
    ['page.ndjson', labelledText, /page\.ndjson is named as JSON and is none/],
    ['torn.json', '{"left": {', /torn\.json is no JSON: see whether it is whole/],
    ['none.json', '[]', /none\.json holds no comparison/],
    ['empty.html', '', /empty\.html is empty: save the page again$/],
    ['empty.json', ' ', /empty\.json is empty: save the page again$/],
    ['null.json', 'null', /null\.json: this is null and no comparison/],
    ['null.ndjson', 'null\n', /null\.ndjson, line 1: this is null and no comparison/],
    ['odd.json', JSON.stringify({ ...harborPair, note: 1 }), /odd\.json: note is no field of a comparison: /],
    ['words.html', 'Hello', /words\.html is named as HTML and has no markup in it: give it the ending/],
    ['empty.txt', '', /empty\.txt is empty: save the page again$/],
    ['pages.zip', Buffer.from('PK\u0003\u0004', 'latin1'), /pages\.zip is a zip archive: unpack it/],
    ['other.html', '<p>Hello', /other\.html: line 1: this is no comparison page/],
  ])('%s is refused in one sentence', async (name, content, sentence) => {
    const { sentences } = await run([await write(name, content)]);
    expect(sentences).toEqual([expect.stringMatching(sentence)]);
  });

  test('a file without an ending is told by its content', async () => {
    const paths = [
      await write('a', toSoup(labelledText)),
      await write('b', unlabelledText),
      await write('c', JSON.stringify(harborPair)),
      await write('d', `${JSON.stringify(harborPair)}\n${JSON.stringify(harborPair)}`),
    ];
    expect((await run(paths)).counts).toEqual({ new: 3, changed: 0, unchanged: 2, refused: 0, ahead: 0 });
  });
});
