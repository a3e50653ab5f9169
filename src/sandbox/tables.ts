import type { ColumnType, Generated, Kysely, Transaction } from 'kysely';

/** How a request ended, as the ledger saw it; `running` also when the process died before it ended. */
export type RequestOutcome = 'running' | 'accepted' | 'replayed' | 'refused' | 'faulted' | 'read';

/** Every request that reached the stand-in, whatever became of it. */
export interface RequestsTable {
  id: Generated<number>;
  method: string;
  path: string;
  idempotencyKey: string | null;
  /** SHA-256 of the body's bytes, hex. */
  bodyHash: string;
  bodyLength: number;
  outcome: Generated<RequestOutcome>;
  /** Null when no answer was given. */
  status: number | null;
  errorName: string | null;
  /** The kind of the fault that was played on it. */
  fault: string | null;
  mailCount: Generated<number>;
  startedAt: Date;
  finishedAt: Date | null;
}

/** Answers kept for 24 hours under their idempotency key. */
export interface IdempotencyTable {
  /** Method and path: a key counts for one endpoint. */
  endpoint: string;
  key: string;
  bodyHash: string;
  status: number;
  answer: string;
  acceptedAt: Date;
}

type Json<T> = ColumnType<T, string, string>;

/** What was accepted, one row a mail. */
export interface SandboxMailsTable {
  seq: Generated<number>;
  id: string;
  requestId: number;
  position: number;
  idempotencyKey: string | null;
  fromAddress: string;
  toAddresses: Json<string[]>;
  cc: Json<string[]>;
  bcc: Json<string[]>;
  replyTo: Json<string[]>;
  subject: string;
  html: string | null;
  text: string | null;
  headers: Json<Record<string, string>>;
  tags: Json<Record<string, string>>;
  messageId: string;
  acceptedAt: Date;
}

/** Webhooks: one row an event, kept after delivery so that it can be sent again. */
export interface SandboxEventsTable {
  seq: Generated<number>;
  /** The `svix-id` header. */
  id: string;
  mailId: string | null;
  type: string;
  /** The exact bytes that are signed, on each attempt the same. */
  payload: string;
  occurredAt: Date;
  /** Null when it was given up or delivered. */
  nextAt: Date | null;
  claimedUntil: Date | null;
  attempts: Generated<number>;
  lastStatus: string | null;
  deliveredAt: Date | null;
}

export interface FaultsTable {
  id: Generated<number>;
  rule: Json<unknown>;
  /** Matching requests so far. */
  seen: Generated<number>;
  released: Generated<boolean>;
}

export interface RateWindowsTable {
  /** The window's second since 1970. */
  second: number;
  used: number;
}

export interface SandboxSettingsTable {
  name: 'rateLimit' | 'webhooksPaused';
  value: number;
}

/** Sender domains as `GET /domains` lists them. */
export interface SandboxDomainsTable {
  name: string;
  id: Generated<string>;
  status: string;
  createdAt: Generated<Date>;
}

/** The tables of schema `sandbox`: the stand-in's own truth, which the product never reads. */
export interface SandboxDatabase {
  requests: RequestsTable;
  idempotency: IdempotencyTable;
  mails: SandboxMailsTable;
  events: SandboxEventsTable;
  faults: FaultsTable;
  rateWindows: RateWindowsTable;
  settings: SandboxSettingsTable;
  domains: SandboxDomainsTable;
}

/** Opened by `openSandboxDb`: every query goes to schema `sandbox`. */
export type SandboxDb = Kysely<SandboxDatabase>;
export type SandboxTx = Transaction<SandboxDatabase>;
