import type { Tx } from '../database.ts';
import { addSuppression, liftForComplaint, type NewSuppression } from '../suppressions/queries.ts';
import { lockSubscriberByAddress } from './queries.ts';

/**
 * Suppresses an address for good, whether or not somebody has it. The subscriber's row is locked first, so that a claim either
 * sees the suppression or was committed before it. A complaint takes the place of a bounce or of the provider's own list, which
 * may be undone. Answers whether the suppression is new.
 */
export async function suppressAddress(tx: Tx, suppression: NewSuppression): Promise<boolean> {
  await lockSubscriberByAddress(tx, suppression.addressHash);
  if (suppression.reason === 'complained') await liftForComplaint(tx, suppression.addressHash);
  return addSuppression(tx, suppression);
}
