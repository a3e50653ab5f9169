/** `unrelated`: does not apply as this is set up, and is not counted. */
export type Level = 'ok' | 'warning' | 'fault' | 'unrelated';

/** What one check came to: one line of the report. */
export interface Finding {
  check: string;
  level: Level;
  /** What was seen; never a secret, never an address of a reader. */
  sentence: string;
  /** What to do about it; null where there is nothing to do. */
  mend: string | null;
}

/** All is as it should be. */
export function ok(check: string, sentence: string): Finding {
  return { check, level: 'ok', sentence, mend: null };
}

/** It works, and something about it may come to harm. */
export function warning(check: string, sentence: string, mend: string): Finding {
  return { check, level: 'warning', sentence, mend };
}

/** It does not work, or people will not get their mail. */
export function fault(check: string, sentence: string, mend: string): Finding {
  return { check, level: 'fault', sentence, mend };
}

/** It does not apply as this is set up. */
export function unrelated(check: string, sentence: string): Finding {
  return { check, level: 'unrelated', sentence, mend: null };
}

/** What went wrong, in the words of whoever said it first. */
export function wordsOf(error: unknown): string {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  if (!(first instanceof Error)) return String(first);
  return first.cause instanceof Error ? wordsOf(first.cause) : first.message;
}
