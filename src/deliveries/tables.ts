import type { Generated } from 'kysely';
import type { BatchState } from './batch.ts';
import type { DeliveryState, Outcome } from './delivery.ts';
import type { Hold } from './sending-switch.ts';

export interface BatchesTable {
  id: Generated<string>;
  issueId: string;
  ordinal: number;
  parentId: string | null;
  state: BatchState;
  dueAt: Date;
  ringAt: Date;
  revisionId: string | null;
  freezeNumber: Generated<number>;
  attempt: Generated<number>;
  doubts: Generated<number>;
  bodySha256: string | null;
  leaseUntil: Date | null;
  firstSubmitAt: Date | null;
  doubtSince: Date | null;
  lastError: string | null;
  createdAt: Generated<Date>;
}

export interface DeliveriesTable {
  id: Generated<string>;
  issueId: string;
  subscriberId: string;
  addressHash: string;
  variant: number;
  batchId: string;
  batchPosition: number;
  dueAt: Date;
  state: Generated<DeliveryState>;
  reason: string | null;
  address: string | null;
  name: string | null;
  acceptedAt: Date | null;
  outcome: Outcome | null;
  outcomeAt: Date | null;
  resends: Generated<number>;
}

export interface CallsTable {
  id: Generated<string>;
  batchId: string | null;
  mailId: string | null;
  attempt: number;
  idempotencyKey: string;
  bodySha256: string;
  mailsCount: number;
  startedAt: Date;
  endedAt: Date | null;
  verdict: 'yes' | 'no' | 'doubt' | null;
  status: number | null;
  errorName: string | null;
  errorMessage: string | null;
}

export interface ProviderMessagesTable {
  providerId: string;
  deliveryId: string | null;
  mailId: string | null;
  recordedAt: Generated<Date>;
  supersededAt: Date | null;
  askedAt: Date | null;
}

export interface SendingSwitchTable {
  id: Generated<number>;
  isOn: Generated<boolean>;
  reason: string | null;
  resumesAt: Date | null;
  hold: Hold | null;
  changedAt: Generated<Date>;
  changedBy: string;
}

export interface ProviderPaceTable {
  lane: 'batch' | 'mail';
  nextAt: Generated<Date>;
}

export interface ProviderLimitsTable {
  id: Generated<number>;
  statedRate: number | null;
  holdUntil: Generated<Date>;
  doubtStreak: Generated<number>;
}

/** Reported outcomes by issue, counted by a trigger; the sixteen rows of an issue are summed up. */
export interface OutcomeCountsTable {
  issueId: string;
  shard: number;
  delivered: string;
  bounced: string;
  complained: string;
}
