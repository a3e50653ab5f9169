/** `draft -> approved -> sending (<-> paused) -> sent`; or `skipped`, `cancelled`. */
export type IssueState = 'draft' | 'approved' | 'sending' | 'paused' | 'sent' | 'skipped' | 'cancelled';

/** Why a comparison was picked: every part of its score with the sentence an editor reads. */
export interface PickReason {
  part: 'freshness' | 'split' | 'votes' | 'topics' | 'featured';
  points: number;
  sentence: string;
}
export type PickReasons = PickReason[];

/** What goes round the mail; fixed with the revision and never changed afterwards. */
export interface Envelope {
  from: string;
  replyTo: string | null;
  subject: string;
  preheader: string;
  /** Origin that every link of the mail starts with, no trailing slash. */
  publicUrl: string;
  postalAddress: string;
  newsletterName: string;
  /** Key that signs this revision's unsubscribe tokens. */
  keyId: string;
  /** Header values with slots, by name. */
  headers: Record<string, string>;
}

/**
 * How far the first share of a large send is: on its way; out, and the rest waits for what is reported of it; still without
 * reports after that; the rest let go by itself (`passed`) or by a person (`released`).
 */
export type CanaryState = 'going' | 'waiting' | 'held' | 'passed' | 'released';

/** What the provider has reported of an issue so far, as the guard counts it. */
export interface GuardFigures {
  /** Those complained of included: who complains has got it. */
  delivered: number;
  bounced: number;
  complained: number;
}

/** The figures a person went on with in spite of the guard: it looks at what is reported after them. */
export interface GuardBaseline extends GuardFigures {
  /** ISO 8601, and who; null where neither was written down. */
  at: string | null;
  by: string | null;
}
