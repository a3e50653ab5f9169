import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../src/app.ts';
import type { Context } from '../../src/context.ts';
import type { Database } from '../../src/database.ts';
import { freezeIssue } from '../../src/deliveries/freeze-issue.ts';
import { submitBatch } from '../../src/deliveries/submit-batch.ts';
import { applyEvent } from '../../src/events/apply-event.ts';
import { approveIssue } from '../../src/issues/approve-issue.ts';
import { openDb } from '../../src/platform/db.ts';
import { newWebhookId } from '../../src/sandbox/webhook-payload.ts';
import { listen, type Listening } from '../../src/start/listen.ts';
import { type LossyPostgres, openLossyPostgres } from '../support/lossy-postgres.ts';
import { openScene, type Scene, unwrap } from '../support/scene.ts';
import { eventAbout, listReaders, postEvent, postUnsubscribe, type Reader, sendNext } from './consent-steps.ts';
import { countActs, expectWhole, listCallsTaken } from './crashing.ts';
import { approveAgain, getIssueNamed, listBatches, listCalls, patient, pauseWebhooks, waitSent } from './sending.ts';

const readers = 12;
let scene: Scene;
let lossy: LossyPostgres;
/** The product as it is behind that way to Postgres. */
let ctx: Context;
let listening: Listening;
/** Its pages. */
let pages: Scene;
beforeAll(async () => {
  scene = await openScene({ readers, env: patient });
  await pauseWebhooks(scene, true);
  lossy = await openLossyPostgres(scene.env.DATABASE_URL ?? '');
  ctx = { ...scene.ctx, db: openDb<Database>(lossy.url, { max: 4 }) };
  const app = createApp(ctx, undefined);
  listening = await listen({ fetch: (request) => app.fetch(request) }, { port: 0, isLocal: true, triesAfter: 0 });
  pages = { ...scene, webUrl: `http://127.0.0.1:${listening.port}` };
});
afterEach(() => scene.clearFaults());
afterAll(async () => {
  await listening?.close();
  await ctx?.db.destroy();
  await lossy?.end();
  await scene?.end();
});

/** Runs this and loses the answer to the commit of the transaction that says so; the caller is told of the lost connection. */
async function losing(after: string, work: () => Promise<unknown>): Promise<void> {
  const lost = lossy.lose({ after, tag: 'COMMIT' });
  await expect(work()).rejects.toThrow();
  await lost;
}

async function readReader(): Promise<Reader> {
  const [reader] = await listReaders(scene);
  if (reader === undefined) throw new Error('nobody has had an issue');
  return reader;
}

async function freezeOneBatch(): Promise<{ number: number; batchId: string }> {
  const number = await approveAgain(scene);
  await scene.send(number);
  const [batch] = await listBatches(scene, number);
  return { number, batchId: batch?.id ?? '' };
}

describe('34. the commit is done and its acknowledgement is lost', () => {
  it('of an approval: approved again it is the same revision', async () => {
    const number = await approveAgain(scene);
    await scene.ctx.db.updateTable('issues').set({ state: 'draft', revisionId: null }).execute();
    await scene.ctx.db.deleteFrom('approvals').execute();
    await losing('insert into "approvals"', () => approveIssue(ctx, { number, by: 'test' }));
    const { state, revisionId } = await getIssueNamed(scene, number);
    expect(state).toBe('approved');
    expect(unwrap(await approveIssue(ctx, { number, by: 'test' }))).toMatchObject({ already: true, revisionId });
    expect(await scene.ctx.db.selectFrom('approvals').select('id').execute()).toHaveLength(1);
    await scene.ctx.db.updateTable('issues').set({ state: 'cancelled' }).execute();
  });

  it('of a freeze: it is not done again, everybody has one delivery, and the batches are found by the sweep', async () => {
    const number = await approveAgain(scene);
    const { id: issueId } = await getIssueNamed(scene, number);
    await scene.ctx.db.updateTable('issues').set({ sendAt: new Date() }).where('id', '=', issueId).execute();
    await losing('insert into deliveries', () => freezeIssue(ctx, issueId));
    expect(await scene.account(number)).toMatchObject({ state: 'sending', eligible: readers, waiting: readers });
    expect(await freezeIssue(ctx, issueId)).toBeUndefined();
    expect(await listBatches(scene, number)).toHaveLength(1);
    const worker = await scene.work();
    await waitSent(scene, number);
    await worker.stop(5_000);
    await expectWhole(scene, number);
    expect(await listCallsTaken(scene, number)).toHaveLength(1);
  });

  it('of a claim: nobody is called by the one who does not know; the next calls once, under the same key', async () => {
    const { number, batchId } = await freezeOneBatch();
    await losing('insert into calls', () => submitBatch(ctx, batchId));
    expect(await listBatches(scene, number)).toMatchObject([{ state: 'calling', attempt: 1, freezeNumber: 1 }]);
    expect(await listCallsTaken(scene, number)).toEqual([]);
    const past = new Date(Date.now() - 1_000);
    await scene.ctx.db.updateTable('batches').set({ leaseUntil: past, ringAt: past }).execute();
    await submitBatch(scene.ctx, batchId);
    expect(await listBatches(scene, number)).toMatchObject([{ state: 'accepted', attempt: 2, freezeNumber: 1 }]);
    expect(await listCalls(scene, batchId)).toMatchObject([{ verdict: null }, { verdict: 'yes' }]);
    await expectWhole(scene, number);
    expect(await listCallsTaken(scene, number)).toHaveLength(1);
  });

  it('of the saving of the ids: they are there, and the provider is not asked again', async () => {
    const { number, batchId } = await freezeOneBatch();
    await losing('insert into provider_messages', () => submitBatch(ctx, batchId));
    expect(await scene.account(number)).toMatchObject({ state: 'sending', accepted: readers, waiting: 0 });
    await submitBatch(scene.ctx, batchId);
    const worker = await scene.work();
    await waitSent(scene, number);
    await worker.stop(5_000);
    await expectWhole(scene, number);
    expect(await listCallsTaken(scene, number)).toHaveLength(1);
  });

  it('of the end of an issue: it is finished once', async () => {
    const { number, batchId } = await freezeOneBatch();
    await losing('insert into "audit_log"', () => submitBatch(ctx, batchId));
    expect((await scene.account(number)).state).toBe('sent');
    await submitBatch(scene.ctx, batchId);
    expect(await countActs(scene, number, 'finish')).toBe(1);
    await expectWhole(scene, number);
  });

  it('of an unsubscribe: answered 503, asked again 200, written down once', async () => {
    const reader = await readReader();
    const lost = lossy.lose({ after: 'insert into "consents"', tag: 'COMMIT' });
    expect(await postUnsubscribe(pages, reader)).toBe(503);
    await lost;
    expect(await postUnsubscribe(pages, reader)).toBe(200);
    const withdrawn = scene.ctx.db.selectFrom('consents').select('id').where('kind', '=', 'withdrawn');
    expect(await withdrawn.where('subscriberId', '=', reader.id).execute()).toHaveLength(1);
  });

  it('of a webhook: answered 5xx, stored once, known when it comes again, and applied once', async () => {
    await sendNext(scene);
    const reader = await readReader();
    const id = newWebhookId();
    const event = eventAbout(reader, 'email.complained');
    const lost = lossy.lose({ after: 'insert into "provider_events"', tag: 'INSERT 0 1' });
    expect(await postEvent(pages, event, id)).toBe(503);
    await lost;
    expect(await postEvent(pages, event, id)).toBe(204);
    await losing('update "provider_events"', () => applyEvent(ctx, id));
    await applyEvent(ctx, id);
    const suppressed = scene.ctx.db.selectFrom('suppressions').select('reason').where('source', '=', id);
    expect(await suppressed.execute()).toEqual([{ reason: 'complained' }]);
    const stored = scene.ctx.db.selectFrom('providerEvents').select('state').where('svixId', '=', id);
    expect(await stored.execute()).toEqual([{ state: 'applied' }]);
  });
});
