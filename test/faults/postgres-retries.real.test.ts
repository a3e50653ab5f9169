import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { importSubscribers } from '../../src/subscribers/import-subscribers.ts';
import { unwrap, openScene, type Scene } from '../support/scene.ts';
import { listReaders, postUnsubscribe, sendNext } from './consent-steps.ts';
import { type RaisedErrors, raiseErrors } from './raise-errors.ts';
import { approveAgain, expectWell, getIssueNamed, listBatches, patient, pauseWebhooks } from './sending.ts';

const readers = 6;
let scene: Scene;
let raised: RaisedErrors | undefined;
beforeAll(async () => {
  scene = await openScene({ readers, env: patient });
  await pauseWebhooks(scene, true);
});
afterEach(async () => {
  await raised?.remove();
  raised = undefined;
});
afterAll(() => scene.end());

/** The next two transactions that write this table are undone. */
async function undoTwo(table: string, state: '40001' | '40P01'): Promise<void> {
  raised = await raiseErrors(scene.ctx.db, { table, state, times: 2 });
}

async function* linesOf(lines: string[]): AsyncGenerator<Uint8Array> {
  yield Buffer.from(lines.join('\n'));
}

describe('35. undone twice for another transaction', () => {
  it.each([
    ['the approval', 'approvals', '40001'],
    ['the freeze', 'deliveries', '40001'],
    ['the claim', 'calls', '40P01'],
    ['the saving of the ids', 'provider_messages', '40P01'],
  ] as const)('%s is run again by itself: everybody gets one mail by one call', async (_step, table, state) => {
    await undoTwo(table, state);
    const number = await sendNext(scene);
    expect(await raised?.count()).toBeGreaterThanOrEqual(3);
    const [batch] = await listBatches(scene, number);
    expect(batch).toMatchObject({ state: 'accepted', attempt: 1, freezeNumber: 1 });
    await expectWell(scene, number, { state: 'sent', accepted: readers });
  });

  it('an unsubscribe is answered 200 and saved once', async () => {
    const [reader] = await listReaders(scene);
    if (reader === undefined) throw new Error('nobody has had an issue');
    await undoTwo('consents', '40P01');
    expect(await postUnsubscribe(scene, reader)).toBe(200);
    const withdrawn = scene.ctx.db.selectFrom('consents').select('id').where('kind', '=', 'withdrawn');
    expect(await withdrawn.where('subscriberId', '=', reader.id).execute()).toHaveLength(1);
  });

  it('an import brings everybody in once', async () => {
    await undoTwo('subscribers', '40001');
    const row = 'newcomer@example.com,,active,,,2026-01-05,test';
    const bytes = linesOf(['email,name,status,timeZone,topics,confirmedAt,consentSource', row]);
    expect(unwrap(await importSubscribers(scene.ctx, { bytes }))).toMatchObject({ rows: 1, added: { active: 1 } });
  });
});

it('35. undone again and again: it ends after five tries, and nothing is written', async () => {
  raised = await raiseErrors(scene.ctx.db, { table: 'approvals', state: '40P01' });
  await expect(approveAgain(scene)).rejects.toMatchObject({ code: '40P01' });
  expect(await raised.count()).toBe(5);
  const issues = await scene.ctx.db.selectFrom('issues').select('number').where('state', '=', 'draft').execute();
  expect(await getIssueNamed(scene, issues[0]?.number ?? 0)).toMatchObject({ state: 'draft', revisionId: null });
});
