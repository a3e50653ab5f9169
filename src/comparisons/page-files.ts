import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { kindOfEnding, type PageKind } from './page-document.ts';
import { isRefusal, type Refusal } from '../platform/refusal.ts';

/** Most files one folder may hold, folders in it included. */
export const filesCountLimit = 10_000;
const endings = [...kindOfEnding.keys()].map((ending) => `*.${ending}`).join(', ');

/** What a file's ending says it is; null for none that is known. */
export function kindByName(path: string): PageKind | null {
  return kindOfEnding.get(/\.([a-z]+)$/i.exec(path)?.[1]?.toLowerCase() ?? '') ?? null;
}

/**
 * The pages a path stands for: a file itself, whatever its ending; of a folder every file in it and in the folders in it whose ending is
 * known (`*.txt`, `*.html`, `*.json`, `*.ndjson` and the like), sorted.
 * Hidden files and folders are passed over, and so are links to folders, which could lead round in a circle.
 */
export async function listPageFiles(path: string): Promise<string[] | Refusal> {
  try {
    const found = await stat(path);
    if (found.isFile()) return [path];
    if (!found.isDirectory()) return refuse(path, 'is neither a file nor a folder: give a page saved as HTML or text');
    const files = await listFolder(path, []);
    if (isRefusal(files)) return files;
    if (files.length > 0) return files.toSorted();
    return refuse(path, `has no ${endings} files: save the comparison pages there`);
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
    } else if (kindByName(entry.name) !== null) {
      found.push(path);
    }
    if (found.length > filesCountLimit)
      return refuse(folder, `has more than ${filesCountLimit} pages: import its folders one by one`);
  }
  return found;
}

/** All bytes of a file that may hold pages, at most `bytesLimit`. */
export async function readPageFile(path: string, bytesLimit: number): Promise<Buffer | Refusal> {
  try {
    const found = await stat(path);
    if (!found.isFile()) return refuse(path, 'is no file: give a page saved as HTML or text');
    if (found.size > bytesLimit)
      return refuse(path, `has ${found.size} bytes; a page may have ${bytesLimit}, not more`);
    return await readFile(path);
  } catch (error) {
    return refuse(path, describeFault(error));
  }
}

function describeFault(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'does not exist: check the path';
  if (code === 'EACCES' || code === 'EPERM') return 'cannot be read: its permissions do not allow it';
  if (code === 'ELOOP') return 'cannot be read: its links lead round in a circle';
  return `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
}

function refuse(path: string, words: string): Refusal<'bad-file'> {
  return { refused: 'bad-file', sentence: `${path} ${words}` };
}
