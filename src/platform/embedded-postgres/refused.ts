/** The embedded Postgres cannot be had on this machine or folder; `sentence` tells a person why, with the mend. */
export class EmbeddedPostgresRefused extends Error {
  override name = 'EmbeddedPostgresRefused';
  readonly sentence: string;

  constructor(sentence: string, options?: ErrorOptions) {
    super(sentence, options);
    this.sentence = sentence;
  }
}

/** The `code` of a Node or Postgres error, `''` when it has none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** Whether the file system said no to this user (a program that cannot be run is another matter). */
export function isDenied(error: unknown): boolean {
  const isSpawn = error instanceof Error && 'syscall' in error && String(error.syscall).startsWith('spawn');
  return !isSpawn && ['EACCES', 'EPERM', 'EROFS'].includes(codeOf(error));
}
