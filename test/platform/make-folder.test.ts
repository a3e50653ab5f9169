import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeFolder } from '../../src/platform/make-folder.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'make-folder-'));
});
afterEach(() => rmSync(home, { recursive: true }));

it('makes a folder with those above it, and is content with one that is there', () => {
  const folder = join(home, 'a', 'b', 'c');
  makeFolder(folder);
  expect(existsSync(folder)).toBe(true);
  makeFolder(folder);
});

it('a file in its place or above it is told as mkdir tells it', () => {
  const file = join(home, 'file');
  writeFileSync(file, '');
  expect(() => makeFolder(file)).toThrow('EEXIST');
  expect(() => makeFolder(join(file, 'below'))).toThrow('ENOTDIR');
});

it('a link to nowhere is told, not followed for ever', () => {
  symlinkSync(join(home, 'nowhere'), join(home, 'link'));
  expect(() => makeFolder(join(home, 'link'))).toThrow('ENOENT');
  expect(() => makeFolder(join(home, 'link', 'below'))).toThrow();
});

it.runIf(process.platform === 'linux')('where the system makes no folders it ends with an error', () => {
  expect(() => makeFolder('/proc/weekly-verdicts')).toThrow('ENOENT');
});
