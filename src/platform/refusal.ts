/** A clear no that the caller maps to a page, a status or a line on the terminal; not an exception. */
export interface Refusal<Reason extends string = string> {
  refused: Reason;
  /** One sentence for a person: what happened and what to do. */
  sentence: string;
}

/** Whether a result is a refusal rather than what was asked for. */
export function isRefusal(result: unknown): result is Refusal {
  return typeof result === 'object' && result !== null && 'refused' in result && 'sentence' in result;
}
