import { expect } from 'vitest';
import { readSandboxLedger } from '../../src/sandbox/ledger.ts';
import type { Config } from '../../src/config.ts';
import { checkOracles } from '../support/check-oracles.ts';
import type { Program } from '../support/program.ts';
import { countJobsKept } from '../support/queue-backend.ts';
import { openScene, type Scene, until } from '../support/scene.ts';
import { listBatches, listRequests, pauseWebhooks } from './sending.ts';

/** One batch of this many. */
export const fewReaders = 90;

/**
 * A scene for many issues in turn. The provider's events are held back, which would prove a batch taken before it can be asked
 * again; a worker's claim lasts 4.5 s.
 */
export async function openCrashScene(readers = fewReaders): Promise<Scene> {
  const scene = await openScene({ readers, env: { RESEND_TIMEOUT_MS: '3000' } });
  await pauseWebhooks(scene, true);
  return scene;
}

/** Runs the product until its failpoint kills it. */
export async function crash(scene: Scene, args: string[], failpoint: string): Promise<Program> {
  const victim = await scene.run(args, { FAILPOINT: failpoint });
  expect(await victim.ended).toBe('SIGKILL');
  return victim;
}

/** Its calls are never given up, however busy the machine. */
const patience: Partial<Config> = { callDeadlineMs: 20_000 };

/** Works in the test's own process until the issue is sent, then asks that everybody has one mail and every oracle holds. */
export async function workToEnd(scene: Scene, number: number): Promise<void> {
  const service = await scene.work(patience);
  await untilSent(scene, number);
  await service.stop(5_000);
  await expectWhole(scene, number);
}

export async function untilSent(scene: Scene, number: number): Promise<void> {
  await until(`issue ${number} is sent`, async () => (await scene.account(number)).state === 'sent', 60);
}

/** Everybody eligible has one mail, the provider's ids are saved, the issue was finished once and every oracle holds. */
export async function expectWhole(scene: Scene, number: number): Promise<void> {
  const { eligible, ...account } = await scene.account(number);
  expect(account).toMatchObject({ state: 'sent', accepted: eligible, waiting: 0, balanced: true });
  expect(await checkOracles(scene, { isEnded: true })).toEqual([]);
  expect(await countIdsMissing(scene)).toBe(0);
  expect(await countActs(scene, number, 'finish')).toBe(1);
}

/** Mails whose id at the provider is not known here. */
export async function countIdsMissing({ ctx, sandboxDb }: Scene): Promise<number> {
  const { mails } = await readSandboxLedger(sandboxDb);
  const saved = await ctx.db.selectFrom('providerMessages').select(['providerId', 'deliveryId']).execute();
  const known = new Map(saved.map((row) => [row.providerId, row.deliveryId]));
  return mails.filter((mail) => known.get(mail.id) !== mail.tags.delivery_id).length;
}

/** How often the audit log has this act on an issue. */
export async function countActs({ ctx }: Scene, number: number, action: string): Promise<number> {
  const { id } = await ctx.db.selectFrom('issues').select('id').where('number', '=', number).executeTakeFirstOrThrow();
  const acts = await ctx.db
    .selectFrom('auditLog')
    .select('id')
    .where('entityId', '=', id)
    .where('action', '=', action)
    .execute();
  return acts.length;
}

/** Every call for an issue that reached the provider, as `key body status`. */
export async function listCallsTaken(scene: Scene, number: number): Promise<string[]> {
  const batches = await listBatches(scene, number);
  const requests = await Promise.all(batches.map((batch) => listRequests(scene, batch.id)));
  return requests.flat().map((request) => `${request.idempotencyKey} ${request.bodyHash} ${request.status}`);
}

/** Mails the provider has taken for an issue. */
export async function countMailsTaken(scene: Scene, number: number): Promise<number> {
  const ids = new Set((await listBatches(scene, number)).map((batch) => batch.issueId));
  const { mails } = await readSandboxLedger(scene.sandboxDb);
  return mails.filter((mail) => ids.has(mail.tags.issue_id ?? '')).length;
}

/** Rings for batches that nobody has answered to the end. */
export async function countJobs(scene: Scene): Promise<number> {
  return countJobsKept(scene, 'submit');
}
