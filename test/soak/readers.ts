import type { Act } from '../../src/demo/chaos/acts.ts';
import { patiently } from '../../src/demo/chaos/disturb.ts';
import type { Stage } from '../../src/demo/chaos/stage.ts';
import { importColumns } from '../../src/subscribers/import-row.ts';
import { importSubscribers } from '../../src/subscribers/import-subscribers.ts';
import { unsubscribe } from '../../src/subscribers/unsubscribe.ts';
import { isRefusal } from '../../src/platform/refusal.ts';

/** One in so many bounces: under the guard's limit, so that issues go through to the end. */
const bouncesEach = 200;
/** One in so many complains, likewise. */
const complainsEach = 5_000;
const leavingLimit = 20;

/** Active readers of the round, some of whom will bounce or complain; who is known stays as they are. */
export async function addReaders({ ctx }: Stage, { from, count }: { from: number; count: number }): Promise<void> {
  const rows = async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from(`${importColumns.join(',')}\n`);
    for (let number = from; number < from + count; number += 1)
      yield Buffer.from(`${addressOf(number)},,active,,,2026-01-05,soak\n`);
  };
  const report = await patiently(() => importSubscribers(ctx, { bytes: rows() }));
  if (isRefusal(report)) throw new Error(report.sentence);
}

function addressOf(number: number): string {
  if (number % complainsEach === 0) return `complained+${number}@example.com`;
  return number % bouncesEach === 0 ? `bounced+${number}@example.com` : `reader-${number}@example.com`;
}

/** A few readers leave in the middle of it all: who is gone before their batch's first submit must not be mailed. */
export const letReadersLeave: Act = async ({ ctx }, random) => {
  const from = `${random
    .below(2 ** 32)
    .toString(16)
    .padStart(8, '0')}-0000-0000-0000-000000000000`;
  const leaving = await ctx.db
    .selectFrom('subscribers')
    .select('id')
    .where('state', '=', 'active')
    .where('id', '>=', from)
    .orderBy('id')
    .limit(1 + random.below(leavingLimit))
    .execute();
  for (const { id } of leaving) await unsubscribe(ctx, { subscriberId: id, deliveryId: null, method: 'page' });
  return `${leaving.length} readers unsubscribed`;
};
