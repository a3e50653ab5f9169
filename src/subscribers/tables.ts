import type { ColumnType, Generated } from 'kysely';
import type { SubscriberState } from './subscriber.ts';

type At = Date;

export interface SubscribersTable {
  id: Generated<string>;
  address: string | null;
  addressHash: string;
  name: string | null;
  state: SubscriberState;
  timeZone: Generated<string>;
  topics: Generated<string[]>;
  pausedUntil: At | null;
  prunable: Generated<boolean>;
  createdAt: Generated<At>;
  confirmedAt: At | null;
  unsubscribedAt: At | null;
  erasedAt: At | null;
}

export interface ConsentsTable {
  id: Generated<string>;
  subscriberId: string;
  kind: 'asked' | 'confirmed' | 'withdrawn';
  at: At;
  recordedAt: Generated<At>;
  source: string;
  method: string;
  ip: string | null;
  wording: string | null;
  deliveryId: string | null;
}

export interface ConfirmationsTable {
  tokenHash: Buffer;
  subscriberId: string;
  createdAt: Generated<At>;
  expiresAt: At;
  usedAt: At | null;
}

export interface InstallationTable {
  id: Generated<number>;
  pepper: Buffer;
  keyIds: Generated<string[]>;
  databaseSystemId: string | null;
  timeline: number | null;
  publicUrl: string | null;
  databaseOid: string | null;
  markedAt: At | null;
  providerSeenAt: At | null;
  createdAt: Generated<At>;
}

export interface SettingsTable {
  key: string;
  value: ColumnType<unknown, string, string>;
  updatedAt: Generated<At>;
  updatedBy: string;
}

export interface AuditLogTable {
  id: Generated<string>;
  at: Generated<At>;
  actor: string;
  action: string;
  entity: string;
  entityId: string | null;
  before: ColumnType<unknown, string | null, never>;
  after: ColumnType<unknown, string | null, never>;
  note: string | null;
}
