import type { Generated } from 'kysely';
import type { SuppressionReason } from './suppression.ts';

export interface SuppressionsTable {
  id: Generated<string>;
  addressHash: string;
  reason: SuppressionReason;
  source: string;
  createdAt: Generated<Date>;
  liftedAt: Date | null;
  liftedBy: string | null;
  liftedWhy: string | null;
}
