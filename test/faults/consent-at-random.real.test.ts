import fc from 'fast-check';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readSandboxLedger } from '../../src/sandbox/ledger.ts';
import { checkOracles } from '../support/check-oracles.ts';
import { openScene, type Scene, until } from '../support/scene.ts';
import { freezeInto } from './small-batches.ts';
import { type Reader, unsubscribeInTheEnd, type Withdrawal, withdrawals } from './consent-steps.ts';
import { approveAgain, letTimePass } from './sending.ts';

let scene: Scene;
beforeAll(async () => {
  // Patient: a slow machine must not make doubts of its own, the plan makes them.
  const env = { RESEND_TIMEOUT_MS: '60000' };
  scene = await openScene({ readers: readersCount, rows: ['never-confirmed@example.com,,,,,,'], env });
});
afterAll(() => scene.end());

const readersCount = 450;
const batchMailsCount = 20;
const leaversCount = 100;
/** So many leave before anybody sends: some are dropped, however fast the machine. */
const earlyCount = 10;

/** Who leaves, how, and how long after the one before. */
const leaving = fc.record({
  position: fc.nat(readersCount - 1),
  withdrawal: fc.constantFrom(
    undefined,
    undefined,
    ...withdrawals.filter(({ name }) => !/complaint|bounce/.test(name)),
  ),
  afterMs: fc.nat(20),
});
/** Troubles of the provider, so that batches thaw, stay in doubt and are asked again while people leave. */
const trouble = fc.record({
  match: fc.record({ path: fc.constant('/emails/batch'), skip: fc.nat(12) }),
  action: fc.constantFrom(
    { kind: 'status', status: 429, headers: { 'retry-after': '0' } },
    { kind: 'status', status: 500, accept: true },
    { kind: 'status', status: 503, body: 'busy' },
    { kind: 'reset-after' },
    { kind: 'reset-before' },
  ),
});

interface Plan {
  leavers: { position: number; withdrawal: Withdrawal | undefined; afterMs: number }[];
  troubles: object[];
}

const plans = fc.record({
  leavers: fc.uniqueArray(leaving, {
    minLength: leaversCount,
    maxLength: leaversCount,
    selector: ({ position }) => position,
  }),
  troubles: fc.array(trouble, { minLength: 6, maxLength: 10 }),
});

it.each([20_261, 20_262, 20_263])(
  'whoever leaves during a send is dropped, or had been handed over before: seed %i',
  async (seed) => {
    const [plan] = fc.sample(plans, { seed, numRuns: 1 });
    if (plan === undefined) throw new Error('no plan');
    const number = await approveAgain(scene);
    for (const fault of plan.troubles) await scene.fault(fault);
    await scene.fault({ match: { times: 'always' }, action: { kind: 'delay', ms: 150 } });
    await freezeInto(scene, number, batchMailsCount);
    const left = await leaveWhileSent(number, plan);
    await scene.clearFaults();
    expect(await scene.account(number)).toMatchObject({ state: 'sent', waiting: 0, balanced: true });
    expect(await checkOracles(scene, { isEnded: true })).toEqual([]);
    await expectAllGone(left);
  },
  240_000,
);

/** The first leave before anybody sends, the others race with two workers; answers all of them in this order. */
async function leaveWhileSent(number: number, plan: Plan): Promise<Reader[]> {
  const readers = await listDeliveriesTo(number);
  const leave = async ({ position, withdrawal }: Plan['leavers'][number]): Promise<Reader> => {
    const reader = readers[position % readers.length];
    if (reader === undefined) throw new Error('nobody gets this issue');
    await (withdrawal?.act(scene, reader) ?? unsubscribeInTheEnd(scene, reader));
    return reader;
  };
  const early = await Promise.all(plan.leavers.slice(0, earlyCount).map(leave));
  const workers = [await scene.work(), await scene.work()];
  const racing: Promise<Reader>[] = [];
  for (const leaver of plan.leavers.slice(earlyCount)) {
    await wait(leaver.afterMs);
    racing.push(leave(leaver));
  }
  const isSent = async () => {
    await letTimePass(scene);
    return (await scene.account(number)).state === 'sent';
  };
  await until('the issue is sent', isSent, 90);
  const left = [...early, ...(await Promise.all(racing))];
  await Promise.all(workers.map((worker) => worker.stop(5_000)));
  return left;
}

async function listDeliveriesTo(number: number): Promise<Reader[]> {
  const rows = await scene.ctx.db
    .selectFrom('deliveries as d')
    .innerJoin('subscribers as s', 's.id', 'd.subscriberId')
    .innerJoin('issues as i', 'i.id', 'd.issueId')
    .select(['s.id', 's.address', 's.addressHash', 'd.id as deliveryId'])
    .where('i.number', '=', number)
    .orderBy('s.address')
    .execute();
  return rows.map((row) => ({ ...row, address: row.address ?? '' }));
}

/** Everybody who left is either dropped for it or was accepted; the first, who left before any claim, were dropped. */
async function expectAllGone(left: Reader[]): Promise<void> {
  const rows = await scene.ctx.db
    .selectFrom('deliveries')
    .select(['id', 'state', 'reason'])
    .where(
      'id',
      'in',
      left.map(({ deliveryId }) => deliveryId),
    )
    .execute();
  const ends = new Map(rows.map(({ id, state, reason }) => [id, `${state} ${reason ?? ''}`.trim()]));
  const { mails } = await readSandboxLedger(scene.sandboxDb);
  const mailed = new Set(mails.map(({ tags }) => tags.delivery_id));
  for (const [index, { deliveryId }] of left.entries()) {
    const end = ends.get(deliveryId) ?? '';
    expect(mailed.has(deliveryId) ? ['accepted'] : ['excluded unsubscribed', 'excluded suppressed']).toContain(end);
    if (index < earlyCount) expect(end).not.toBe('accepted');
  }
}
