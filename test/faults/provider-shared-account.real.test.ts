import { afterAll, beforeAll, expect, it } from 'vitest';
import { readSandboxLedger } from '../../src/sandbox/ledger.ts';
import { openScene, type Scene, until } from '../support/scene.ts';
import { expectWell, listBatches, listCalls, patient, pauseWebhooks } from './sending.ts';
import { freezeInto } from './small-batches.ts';

const readers = 24;
const statedRate = 10;
const othersRate = 11;
let scene: Scene;
let others: NodeJS.Timeout;

beforeAll(async () => {
  scene = await openScene({ readers, providerRate: statedRate, env: { ...patient, RESEND_RATE_LIMIT: '10' } });
  await pauseWebhooks(scene, true);
});
afterAll(async () => {
  clearInterval(others);
  await scene.end();
});

/** Another product of the same account: it asks more often than the account may, and minds no 429. */
function shareAccount(): void {
  others = setInterval(() => {
    void fetch(`${scene.sandboxUrl}/api/emails?limit=1`, { headers: { authorization: 'Bearer re_other' } })
      .then((answer) => answer.arrayBuffer())
      .catch(() => {});
  }, 1000 / othersRate);
}

it('50. a second product takes 11 requests a second of the same account: 429s are followed, everybody gets it', async () => {
  const number = await scene.approve();
  await freezeInto(scene, number, 2);
  shareAccount();
  await until('the account is full', async () => {
    const { requests } = await readSandboxLedger(scene.sandboxDb);
    return requests.some((request) => request.status === 429);
  });
  await scene.work();
  await until('the issue is sent', async () => (await scene.account(number)).state === 'sent', 60);
  const batches = await listBatches(scene, number);
  const calls = (await Promise.all(batches.map((batch) => listCalls(scene, batch.id)))).flat();
  const refused = calls.filter((call) => call.verdict !== 'yes');
  expect(calls.filter((call) => call.verdict === 'yes')).toHaveLength(readers / 2);
  expect(refused.every((call) => call.verdict === 'no' && call.status === 429)).toBe(true);
  const limits = await scene.ctx.db.selectFrom('providerLimits').selectAll().executeTakeFirstOrThrow();
  expect(limits.statedRate).toBe(statedRate);
  await expectWell(scene, number, { accepted: readers, failed: 0, unknown: 0 });
});
