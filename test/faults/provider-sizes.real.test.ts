import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { batchBytesLimit } from '../../src/deliveries/batch.ts';
import { writeBatchBody } from '../../src/deliveries/batch-body.ts';
import { getRevision } from '../../src/issues/queries.ts';
import { insertRevision } from '../../src/issues/revision-queries.ts';
import { importSubscribers } from '../../src/subscribers/import-subscribers.ts';
import { openScene, type Scene, unwrap } from '../support/scene.ts';
import {
  approveAgain,
  expectWell,
  freezeHeld,
  getIssueNamed,
  letSendingGo,
  listBatches,
  listDeliveries,
  listRequests,
  patient,
  pauseWebhooks,
  waitSent,
} from './sending.ts';

let scene: Scene;

/** Brings the active readers up to so many. */
async function growTo(readers: number): Promise<void> {
  const addresses = Array.from({ length: readers }, (_, index) => `grown-${index + 1}@example.com`);
  await importReaders(addresses);
}

async function importReaders(addresses: string[]): Promise<void> {
  const lines = addresses.map((address) => `${address},,active,,,2026-01-05,test`);
  const file = ['email,name,status,timeZone,topics,confirmedAt,consentSource', ...lines].join('\n');
  const bytes = (async function* () {
    yield Buffer.from(file);
  })();
  unwrap(await importSubscribers(scene.ctx, { bytes }));
}

/** Gives an approved issue a revision whose first card is so many bytes longer in HTML; answers its id. */
async function enlarge(number: number, bytes: number): Promise<string> {
  const issue = await getIssueNamed(scene, number);
  const revision = await getRevision(scene.ctx.db, issue.revisionId ?? '');
  const [first, ...others] = revision.cards;
  const cards = [{ ...first, html: `${first?.html}<!--${'x'.repeat(bytes)}-->` }, ...others];
  return scene.ctx.db.transaction().execute(async (tx) => {
    const revisionId = await insertRevision(tx, issue.id, { ...revision, cards: cards as typeof revision.cards });
    await tx.updateTable('issues').set({ revisionId }).where('id', '=', issue.id).execute();
    return revisionId;
  });
}

async function listSizes(number: number): Promise<number[]> {
  const batches = await listBatches(scene, number);
  const deliveries = await listDeliveries(scene, number);
  return batches.map(({ id }) => deliveries.filter((delivery) => delivery.batchId === id).length);
}

/** Length in bytes and mails of every request for an issue that was accepted. */
async function listBodies(number: number): Promise<{ bodyLength: number; mailCount: number }[]> {
  const keys = (await listBatches(scene, number)).map(({ id }) => `batch-${id}-%`);
  return scene.sandboxDb
    .selectFrom('requests')
    .select(['bodyLength', 'mailCount'])
    .where('outcome', '=', 'accepted')
    .where((eb) => eb.or(keys.map((key) => eb('idempotencyKey', 'like', key))))
    .execute();
}

describe('the number of mails in a call', () => {
  beforeAll(async () => {
    scene = await openScene({ readers: 0, rows: ['gone@example.com,,unsubscribed,,,2026-01-05,test'], env: patient });
    await pauseWebhooks(scene, true);
  });
  afterAll(async () => scene.end());

  it.each([
    [0, []],
    [1, [1]],
    [99, [99]],
    [100, [100]],
    [101, [100, 1]],
    [201, [100, 100, 1]],
  ])('61. %i readers make batches of %j, never of none, never of 101', async (readers, sizes) => {
    await growTo(readers);
    const number = await approveAgain(scene);
    await scene.send(number);
    expect(await listSizes(number)).toEqual(sizes);
    // The first thing a fresh worker does is tick, which finishes even an issue without a batch.
    const workers = await scene.work();
    await waitSent(scene, number);
    await workers.stop(2_000);
    expect((await listBodies(number)).map((body) => body.mailCount).sort((a, b) => b - a)).toEqual(sizes);
    await expectWell(scene, number, { eligible: readers, accepted: readers });
  });
});

describe('one mail the provider refuses', () => {
  beforeAll(async () => {
    scene = await openScene({ readers: 100, env: patient });
    await pauseWebhooks(scene, true);
    await scene.work();
  });
  beforeEach(async () => scene.clearFaults());
  afterAll(async () => scene.end());

  it.each([
    ['from the first call on', {}],
    ['behind a doubt, which the refusal ends', { kind: 'status', status: 500 }],
  ])(
    '58. in a batch of 100 is found by halving, %s: 99 accepted, one failed with the provider’s words',
    async (_, doubt) => {
      const bad = 'reader-7@example.com';
      const number = await freezeHeld(scene);
      const [batch] = await listBatches(scene, number);
      if ('kind' in doubt) await scene.fault({ match: { keyPrefix: `batch-${batch?.id}` }, action: doubt });
      await scene.fault({
        match: { times: 'always' },
        action: { kind: 'reject-item', contains: `"${bad}"`, message: `${bad} is not an address we mail.` },
      });
      await letSendingGo(scene);
      await waitSent(scene, number);
      const failed = (await listDeliveries(scene, number)).filter((delivery) => delivery.state === 'failed');
      expect(failed).toMatchObject([{ address: bad }]);
      expect(failed[0]?.reason).toMatch(/^422 \w+: \(address\) is not an address we mail\./);
      const batches = await listBatches(scene, number);
      const requests = await Promise.all(batches.map(({ id }) => listRequests(scene, id)));
      expect(new Set(requests.flat().map((request) => request.idempotencyKey)).size).toBe(batches.length);
      const refused = requests.flat().filter((request) => request.status === 422);
      expect(refused.length).toBeGreaterThanOrEqual(7);
      expect(refused.every((request) => request.mailCount === 0)).toBe(true);
      expect(batches.filter(({ state }) => state === 'split')).toHaveLength(refused.length - 1);
      await expectWell(scene, number, { accepted: 99, failed: 1, waiting: 0, unknown: 0 });
    },
  );
});

describe('the number of bytes in a call', () => {
  beforeAll(async () => {
    scene = await openScene({ readers: 1, env: patient });
    await pauseWebhooks(scene, true);
    await scene.work();
  });
  afterAll(async () => scene.end());

  it('8 MB go in one call; with one byte a mail more the claim halves them', async () => {
    const number = await approveAgain(scene);
    const plain = await enlarge(number, 0);
    const [known] = await scene.ctx.db.selectFrom('subscribers').select('id').execute();
    const measure = async (revisionId: string, address: string) => {
      const member = { id: known?.id ?? '', subscriberId: known?.id ?? '', variant: 1, name: null };
      const members = [
        { ...member, address: 'reader-1@example.com' },
        { ...member, address },
      ];
      return (await writeBatchBody(scene.ctx, scene.ctx.db, { revisionId, members })).length;
    };
    const spare = batchBytesLimit - (await measure(plain, 'b@example.com'));
    // Each byte of the card counts twice; an odd one is the second reader's.
    const second = spare % 2 === 0 ? 'b@example.com' : 'bb@example.com';
    await importReaders([second]);
    await scene.send(number);
    const perMail = Math.floor(spare / 2);
    expect(perMail).toBeGreaterThan(0);
    expect(await listSizes(number)).toEqual([2]);
    await waitSent(scene, number);
    await expectEdge({ perMail, second, bodies: [batchBytesLimit] });
    await expectEdge({ perMail: perMail + 1, second, bodies: [batchBytesLimit / 2, batchBytesLimit / 2] });
  });

  async function expectEdge(edge: { perMail: number; second: string; bodies: number[] }): Promise<void> {
    const number = await freezeHeld(scene);
    expect(await listSizes(number)).toEqual([2]);
    // The freeze leaves room for the longest values; the claim alone sees the very bytes.
    await enlarge(number, edge.perMail);
    await letSendingGo(scene);
    await waitSent(scene, number);
    const lengths = (await listBodies(number)).map((body) => body.bodyLength);
    expect(lengths).toHaveLength(edge.bodies.length);
    for (const length of lengths) expect(length).toBeLessThanOrEqual(batchBytesLimit);
    if (lengths.length === 1) expect(lengths).toEqual(edge.bodies);
    await expectWell(scene, number, { eligible: 2, accepted: 2 });
  }

  it('62. mails of 15 MB in all are split by bytes at the freeze, none of the calls over 8 MB', async () => {
    await growTo(48);
    const number = await approveAgain(scene);
    await enlarge(number, 320 * 1024);
    await scene.send(number);
    const sizes = await listSizes(number);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(50);
    expect(new Set(sizes.slice(0, -1)).size).toBe(1);
    await waitSent(scene, number);
    const bodies = await listBodies(number);
    expect(bodies.reduce((sum, body) => sum + body.bodyLength, 0)).toBeGreaterThan(15 * 1024 * 1024);
    for (const { bodyLength } of bodies) expect(bodyLength).toBeLessThanOrEqual(batchBytesLimit);
    expect(bodies.filter(({ bodyLength }) => bodyLength < batchBytesLimit / 2).length).toBeLessThanOrEqual(1);
    await expectWell(scene, number, { eligible: 50, accepted: 50 });
  });
});
