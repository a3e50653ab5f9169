import type { ColumnType, Generated } from 'kysely';

export interface MailsTable {
  id: Generated<string>;
  kind: 'confirmation' | 'reminder' | 'welcome' | 'sign-in' | 'approval' | 'test' | 'alert';
  subscriberId: string | null;
  address: string;
  subject: string;
  html: string;
  text: string;
  headers: ColumnType<Record<string, string>, string | undefined, string>;
  state: Generated<'waiting' | 'calling' | 'doubt' | 'accepted' | 'failed' | 'unknown'>;
  attempt: Generated<number>;
  ringAt: Generated<Date>;
  leaseUntil: Date | null;
  doubtSince: Date | null;
  reason: string | null;
  createdAt: Generated<Date>;
  acceptedAt: Date | null;
}
