import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pageBytesLimit } from './parse-page.ts';
import { isRefusal, type Refusal } from '../platform/refusal.ts';

/** Most files one folder may hold, folders in it included. */
export const filesCountLimit = 10_000;
const pageEnding = '.txt';

/**
 * The pages a path stands for: a file itself, whatever its ending; of a folder every `*.txt` in it and in the folders in it, sorted.
 * Hidden files and folders are passed over, and so are links to folders, which could lead round in a circle.
 */
export async function listPageFiles(path: string): Promise<string[] | Refusal> {
  try {
    const found = await stat(path);
    if (found.isFile()) return [path];
    if (!found.isDirectory()) return refuse(path, 'is neither a file nor a folder: give a page saved as text');
    const files = await listFolder(path, []);
    if (isRefusal(files)) return files;
    if (files.length > 0) return files.toSorted();
    return refuse(path, `has no *${pageEnding} files: save the comparison pages there as plain text`);
  } catch (error) {
    return refuse(path, describeFault(error));
  }
}

async function listFolder(folder: string, found: string[]): Promise<string[] | Refusal> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.name.startsWith('.')) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      const inside = await listFolder(path, found);
      if (isRefusal(inside)) return inside;
    } else if (entry.name.toLowerCase().endsWith(pageEnding)) {
      found.push(path);
    }
    if (found.length > filesCountLimit)
      return refuse(folder, `has more than ${filesCountLimit} pages: import its folders one by one`);
  }
  return found;
}

/** The text of a page's file, which must be UTF-8. */
export async function readPageFile(path: string): Promise<string | Refusal> {
  try {
    const found = await stat(path);
    if (!found.isFile()) return refuse(path, 'is no file: give a page saved as text');
    if (found.size > pageBytesLimit)
      return refuse(path, `has ${found.size} bytes; a page may have ${pageBytesLimit}, not more`);
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path));
  } catch (error) {
    return refuse(path, describeFault(error));
  }
}

function describeFault(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'does not exist: check the path';
  if (code === 'EACCES' || code === 'EPERM') return 'cannot be read: its permissions do not allow it';
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return 'is not UTF-8 text: save it as UTF-8';
  return `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
}

function refuse(path: string, words: string): Refusal<'bad-file'> {
  return { refused: 'bad-file', sentence: `${path} ${words}` };
}
