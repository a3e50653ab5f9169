import type { ColumnType, Generated } from 'kysely';
import type { ProviderEventState } from './provider-event.ts';

export interface ProviderEventsTable {
  svixId: string;
  type: string;
  occurredAt: Date | null;
  receivedAt: Generated<Date>;
  payload: ColumnType<unknown, string, never>;
  state: Generated<ProviderEventState>;
  note: string | null;
  deliveryId: string | null;
  ringAt: Generated<Date>;
  attempts: Generated<number>;
  settledAt: Date | null;
}
