import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseSync } from 'oxc-parser';

export const root = resolve(import.meta.dirname, '../..');

/** A piece of syntax (ESTree with TypeScript); offsets count characters. */
export interface Syntax {
  type: string;
  start: number;
  end: number;
  [key: string]: unknown;
}

/** One file of the repository, read and parsed. */
export interface Source {
  /** From the root. */
  path: string;
  text: string;
  linesCount: number;
  comments: { type: string; value: string; start: number; end: number }[];
  /** Every piece of it, outer before inner. */
  pieces: Syntax[];
}

/** The TypeScript files of a folder and those below it. */
export function readSources(folder: string): Source[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => readSource(join(folder, name)));
}

function readSource(path: string): Source {
  const text = readFileSync(join(root, path), 'utf8');
  const { program, comments } = parseSync(path, text);
  return { path, text, linesCount: text.split('\n').length - 1, comments, pieces: [...walk(program)] };
}

function isSyntax(value: unknown): value is Syntax {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value;
}

/** A piece and everything within it. */
export function* walk(value: unknown): Generator<Syntax> {
  if (Array.isArray(value)) for (const part of value) yield* walk(part);
  if (!isSyntax(value)) return;
  yield value;
  for (const part of Object.values(value)) if (typeof part === 'object') yield* walk(part);
}

/** `path:line` of every piece that breaks a rule. */
export function placesOf(sources: Source[], breaks: (piece: Syntax, source: Source) => boolean): string[] {
  return sources.flatMap((source) =>
    source.pieces
      .filter((piece) => breaks(piece, source))
      .map(({ start }) => `${source.path}:${lineAt(source, start)}`),
  );
}

function lineAt({ text }: Source, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

/** How many lines a piece spans. */
export function countLines({ text }: Source, { start, end }: Syntax): number {
  return text.slice(start, end).split('\n').length;
}

/** Whether it is a function with a body, whatever its form. */
export function isFunction({ type }: Syntax): boolean {
  return ['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'].includes(type);
}

/** The name this piece gives to something of ours; names used in calls and destructuring are given elsewhere. */
export function nameGivenBy(piece: Syntax): string | undefined {
  const declares = /^(VariableDeclarator|(Function|Class|TSTypeAlias|TSInterface)Declaration)$/.test(piece.type);
  const name = declares ? piece.id : piece.type === 'TSPropertySignature' ? piece.key : undefined;
  return isSyntax(name) && typeof name.name === 'string' ? name.name : undefined;
}

/** What an import or re-export names; undefined for anything else. */
export function importedBy(piece: Syntax): string | undefined {
  if (!/^(ImportDeclaration|ExportNamedDeclaration|ExportAllDeclaration|ImportExpression)$/.test(piece.type))
    return undefined;
  return isSyntax(piece.source) && typeof piece.source.value === 'string' ? piece.source.value : undefined;
}

/** Whether it exports a function that has no docstring. */
export function isUnexplained(piece: Syntax, { text, comments }: Source): boolean {
  const declared = piece.declaration;
  if (!/^Export(Named|Default)Declaration$/.test(piece.type) || !isSyntax(declared)) return false;
  const variables = Array.isArray(declared.declarations) ? declared.declarations.filter(isSyntax) : [];
  const isCallable = [declared, ...variables.map(({ init }) => init)].some(
    (part) => isSyntax(part) && isFunction(part),
  );
  const before = comments.findLast((comment) => comment.end <= piece.start);
  const isExplained = before?.value.startsWith('*') && text.slice(before.end, piece.start).trim() === '';
  return isCallable && !isExplained;
}
