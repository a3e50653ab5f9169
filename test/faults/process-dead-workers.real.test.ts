import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startProgram } from '../support/program.ts';
import { type Scene, until, untilSaid } from '../support/scene.ts';
import { crash, listCallsTaken, openCrashScene } from './crashing.ts';
import { approveAgain, expectWell, listAlerts, listBatches, pauseWebhooks } from './sending.ts';

const readers = 12;
let scene: Scene;
beforeAll(async () => {
  scene = await openCrashScene(readers);
});
afterAll(() => scene.end());

/** Everything happened so many hours earlier, and nobody has ticked since. */
async function age(hours: number): Promise<void> {
  const { db } = scene.ctx;
  const { sandboxDb } = scene;
  const by = sql`make_interval(hours => ${hours})`;
  await sql`
    update batches set lease_until = lease_until - ${by}, due_at = due_at - ${by}, ring_at = ring_at - ${by},
      first_submit_at = first_submit_at - ${by}, created_at = created_at - ${by}`.execute(db);
  await sql`update calls set started_at = started_at - ${by}`.execute(db);
  await sql`update sending_switch set changed_at = changed_at - ${by}`.execute(db);
  await sql`update sandbox.mails set accepted_at = accepted_at - ${by}`.execute(sandboxDb);
  await sql`update sandbox.idempotency set accepted_at = accepted_at - ${by}`.execute(sandboxDb);
  await sql`delete from settings where key = 'tick'`.execute(db);
}

it.each([
  ['after the provider had taken it', 'after-answer:kill', 1],
  ['before the provider was asked', 'after-claim:kill', 0],
])(
  '10. all workers die in a call (%s) and stay dead for 25 hours: unknown, not sent again, the choices are told',
  async (_when, failpoint, callsCount) => {
    const alertsBefore = (await listAlerts(scene)).length;
    const number = await approveAgain(scene);
    await scene.send(number);
    await crash(scene, ['work'], failpoint);
    expect(await listBatches(scene, number)).toMatchObject([{ state: 'calling', attempt: 1 }]);
    await age(25);
    const worker = await scene.run(['work']);
    await until('it is unknown', async () => (await scene.account(number)).unknown === readers, 60);
    expect(await scene.account(number)).toMatchObject({ waiting: 0, accepted: 0, balanced: true });
    expect(await listCallsTaken(scene, number)).toHaveLength(callsCount);
    await until('it is told', async () => (await listAlerts(scene)).slice(alertsBefore).includes('batch-unknown'));
    await untilSaid(
      worker,
      `\`issue resolve ${number}\` lists its mails; look them up at the provider, then decide: accepted, failed or send-again.`,
    );
    // Not through the scene: its output is for the operator's eyes, and no log.
    const resolving = await startProgram('src/cli.ts', ['issue', 'resolve', String(number)], scene.env);
    expect(await resolving.ended).toBe(0);
    expect(resolving.stdout()).toContain(`${readers} of issue ${number} may or may not have been mailed`);
    const decision = callsCount === 1 ? ['accepted'] : ['send-again', '--confirm', 'send again'];
    const decided = await scene.run([
      'issue',
      'resolve',
      String(number),
      '--decide',
      ...decision,
      '--note',
      'looked up',
    ]);
    expect(await decided.ended).toBe(0);
    // Paused as late where the sweep was quicker than the tick that gave it up.
    if ((await scene.account(number)).state === 'paused') {
      const resumed = await scene.run(['issue', 'resume', String(number)]);
      expect(await resumed.ended).toBe(0);
    }
    await until('it is sent', async () => (await scene.account(number)).state === 'sent', 60);
    await worker.stop('SIGTERM');
    await expectWell(scene, number, { accepted: readers, unknown: 0 });
    await pauseWebhooks(scene, true);
  },
);
