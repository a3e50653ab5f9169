/** Something a person must mend; the sentence is all that is shown. */
export class Failure extends Error {
  readonly exitStatus: 1 | 2;
  constructor(sentence: string, options: { exitStatus?: 1 | 2; cause?: unknown } = {}) {
    super(sentence, { cause: options.cause });
    this.exitStatus = options.exitStatus ?? 1;
  }
}
