import type { ColumnType, Generated } from 'kysely';
import type { CanaryState, Envelope, GuardBaseline, IssueState, PickReasons } from './issue.ts';

export interface IssuesTable {
  id: Generated<string>;
  number: number | null;
  state: IssueState;
  stateReason: string | null;
  sendAt: Date | null;
  subject: string;
  preheader: string;
  intro: string | null;
  composedAt: Generated<Date>;
  composedBy: string;
  approvedAt: Date | null;
  revisionId: string | null;
  frozenAt: Date | null;
  providerIdentity: string | null;
  subscribersCount: number | null;
  ineligible: ColumnType<Record<string, number> | null, string | null, string | null>;
  resumedAt: Date | null;
  sentAt: Date | null;
  endedAt: Date | null;
  /** Null: the issue has no canary. */
  canaryState: CanaryState | null;
  canaryPercent: number | null;
  canaryCount: number | null;
  canaryUntil: Date | null;
  guardTrippedAt: Date | null;
  guardBaseline: ColumnType<GuardBaseline | null, string | null, string | null>;
}

export interface PicksTable {
  issueId: string;
  position: number;
  comparisonId: string;
  comparisonVersionId: string;
  score: number;
  reasons: ColumnType<PickReasons, string, string>;
}

export interface RevisionsTable {
  id: Generated<string>;
  issueId: string;
  number: number;
  envelope: ColumnType<Envelope, string, never>;
  shellHtml: string;
  shellText: string;
  hash: string;
  createdAt: Generated<Date>;
}

export interface CardsTable {
  revisionId: string;
  position: number;
  key: string;
  html: string;
  text: string;
}

export interface VariantsTable {
  revisionId: string;
  ordinal: number;
  cardPositions: number[];
}

export interface ApprovalsTable {
  id: Generated<string>;
  issueId: string;
  revisionId: string;
  approvedBy: string;
  approvedAt: Generated<Date>;
  voidedAt: Date | null;
  voidedWhy: string | null;
}

export interface UnknownIssuesTable {
  /** As the mails' tag names it. */
  id: string;
  /** As its readers know it; null where no mail of it could be read. */
  number: number | null;
  subject: string;
  mailsCount: number;
  firstAt: Date;
  lastAt: Date;
  notedAt: Date;
}

export interface UnknownPicksTable {
  unknownIssueId: string;
  leftSlug: string;
  rightSlug: string;
  link: string | null;
}
