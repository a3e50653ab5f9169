import { userInfo } from 'node:os';
import { createInterface } from 'node:readline/promises';

/** Results go to stdout, everything said while waiting to stderr: `--json` output stays one document. */
export function print(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}

/** The one document of a command called with `--json`. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}

/** A sentence for the person at the terminal, never part of a result. */
export function say(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
}

/** Who acts, for the audit log. */
export function actor(): string {
  try {
    return `cli:${userInfo().username}`;
  } catch {
    return 'cli';
  }
}

/** Asks on the terminal; undefined where there is none. */
export async function ask(question: string): Promise<string | undefined> {
  if (!process.stdin.isTTY) return undefined;
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await lines.question(question);
  } finally {
    lines.close();
  }
}
