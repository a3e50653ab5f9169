import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { migrations } from '../migrations/index.ts';
import {
  countLines,
  importedBy,
  isFunction,
  isUnexplained,
  nameGivenBy,
  placesOf,
  readSources,
  root,
  type Source,
} from './support/sources.ts';

const shipped = ['src', 'emails', 'workers', 'migrations'].flatMap(readSources);
const sources = [...shipped, ...readSources('test')];

const pathsOf = (some: Source[]) => some.map(({ path }) => path);

function medianOf(numbers: number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}

it('no file has more than 250 lines; half of what ships has fewer than 80', () => {
  expect(pathsOf(sources.filter(({ linesCount }) => linesCount > 250))).toEqual([]);
  expect(medianOf(shipped.map(({ linesCount }) => linesCount))).toBeLessThan(80);
});

it('no function has more than 50 lines; half of them have fewer than 10', () => {
  expect(placesOf(shipped, (piece, source) => isFunction(piece) && countLines(source, piece) > 50)).toEqual([]);
  const lengths = shipped.flatMap((source) => source.pieces.filter(isFunction).map((one) => countLines(source, one)));
  expect(medianOf(lengths)).toBeLessThan(10);
});

/** They name nothing. */
const vagueWords = /^(utils?|helpers?|managers?|infos?|misc|commons?)$/;
/** The glossary's last column, where a word has no second, honest meaning here (a `slot` of a mail, an HTTP `status`). */
const replacedWords = /^(products?|articles?|editions?|campaigns?|broadcasts?|snapshots?|blocklists?|janitors?|stuck)$/;
const fileForm = /^(\d{4}-)?[a-z\d]+(-[a-z\d]+)*(\.(real|browser))?(\.test)?\.tsx?$/;

function wordsOf(name: string): string[] {
  return name.split(/(?<=[a-z\d])(?=[A-Z])|[^A-Za-z\d]+/).map((word) => word.toLowerCase());
}

it('files are named in kebab-case', () => {
  expect(pathsOf(sources.filter(({ path }) => !fileForm.test(basename(path))))).toEqual([]);
});

it('no name is vague, and a thing is called by its word in the glossary', () => {
  const isVague = (name: string) => wordsOf(name).some((word) => vagueWords.test(word));
  const isReplaced = (name: string) => wordsOf(name).some((word) => replacedWords.test(word));
  expect(pathsOf(sources.filter(({ path }) => isVague(path)))).toEqual([]);
  expect(placesOf(sources, (piece) => isVague(nameGivenBy(piece) ?? ''))).toEqual([]);
  expect(pathsOf(shipped.filter(({ path }) => isReplaced(path)))).toEqual([]);
  expect(placesOf(shipped, (piece) => isReplaced(nameGivenBy(piece) ?? ''))).toEqual([]);
});

/** Left never imports right. What is not named here (pages, commands, the sandbox) stands side by side at the right end. */
const ranks = ['platform', 'suppressions', 'subscribers', 'comparisons', 'votes', 'schedule', 'issues', 'mails'].concat(
  ['deliveries', 'events'],
);
/** What every verb gets as its first argument, and the words for it. */
const contextFiles = ['config.ts', 'context.ts', 'database.ts', 'jobs.ts'];

function mayImport(from: string, to: string): boolean {
  const [area, folder = ''] = from.split('/');
  const [toArea, toFolder = ''] = to.split('/');
  if (area !== 'src') return area === toArea || (area === 'workers' && toArea === 'src');
  if (folder === 'platform') return toFolder === 'platform';
  if (toArea === 'workers' || toArea === 'migrations') return folder === 'start';
  if (toArea === 'emails' || contextFiles.includes(folder) || contextFiles.includes(toFolder)) return true;
  const rankOf = (name: string) => (ranks.includes(name) ? ranks.indexOf(name) : ranks.length);
  return toArea === 'src' && rankOf(folder) >= rankOf(toFolder);
}

it('imports go one way: workers, src, emails; within src as the folders rank', () => {
  const goesBack = (from: string, named: string | undefined) =>
    named?.startsWith('.') === true && !mayImport(from, relative(root, resolve(root, dirname(from), named)));
  expect(placesOf(shipped, (piece, { path }) => goesBack(path, importedBy(piece)))).toEqual([]);
});

it('the order of imports is a rule that can be broken', () => {
  expect(mayImport('src/platform/db.ts', 'src/config.ts')).toBe(false);
  expect(mayImport('src/issues/queries.ts', 'src/deliveries/pace.ts')).toBe(false);
  expect(mayImport('src/deliveries/pace.ts', 'src/issues/queries.ts')).toBe(true);
  expect(mayImport('src/site/home.tsx', 'workers/main.ts')).toBe(false);
  expect(mayImport('emails/samples.ts', 'src/comparisons/slug.ts')).toBe(false);
});

it('only src/config.ts reads the environment', () => {
  const reading = /\bprocess\s*(\?\.|\.|\[\s*['"`])\s*env\b|from '(node:)?process'|\{[^}]*\benv\b[^}]*\} = process\b/;
  expect(pathsOf(shipped.filter(({ text }) => reading.test(text)))).toEqual(['src/config.ts']);
});

it('every exported function says what it does', () => {
  expect(placesOf(shipped, isUnexplained)).toEqual([]);
});

it('only mails have default exports, because their preview needs them', () => {
  const isMail = (path: string) => /^emails\/[^/]+\.tsx$/.test(path);
  const isDefault = (type: string) => type === 'ExportDefaultDeclaration';
  expect(placesOf(shipped, ({ type }, { path }) => isDefault(type) && !isMail(path))).toEqual([]);
});

it('nothing is left to do later', () => {
  const later = new RegExp(['\\b(TO', 'DO|FIX', 'ME|X', 'XX)\\b'].join(''));
  expect(pathsOf(sources.filter(({ text }) => later.test(text)))).toEqual([]);
});

it('nothing names the machine it was made on', () => {
  const folderOfMachine = /['"`(\s]\/(work|tmp|home|root|Users)\b/;
  expect(pathsOf(shipped.filter(({ text }) => folderOfMachine.test(text)))).toEqual([]);
  expect(readFileSync(join(root, 'package-lock.json'), 'utf8')).not.toMatch(/"resolved": "http/);
});

it('every migration is listed, oldest first', () => {
  const entries = readdirSync(join(root, 'migrations'), { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  expect(Object.keys(migrations)).toEqual(folders.toSorted());
});
