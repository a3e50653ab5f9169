import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openScene, type Scene, until } from '../support/scene.ts';
import { changeSettings, countTaken, endCanaryWait, untilCanary, untilReported, untilState } from './care-steps.ts';
import { approveAgain, expectWell, getIssueNamed, listAlerts, patient } from './sending.ts';
import { countActs } from './crashing.ts';

const readers = 255;
const ahead = 51;
let scene: Scene;

/** Processes start slowly on a busy machine. */
vi.setConfig({ testTimeout: 120_000 });

beforeAll(async () => {
  scene = await openScene({ readers, env: patient });
  await changeSettings(scene, { canaryPercent: 20, canaryFromCount: 100 });
});
afterAll(async () => scene.end());

async function released(number: number): Promise<Date[]> {
  const batches = scene.ctx.db.selectFrom('batches as b').innerJoin('issues as i', 'i.id', 'b.issueId');
  const rows = await batches.select('b.dueAt').where('i.number', '=', number).orderBy('b.ordinal').execute();
  return rows.slice(1).map(({ dueAt }) => dueAt);
}

describe('two workers and the canary of a large issue', () => {
  it('killed while the rest waits, started again: the rest follows once, after the wait', async () => {
    const number = await approveAgain(scene);
    const [first, second] = await Promise.all([scene.run(['work']), scene.run(['work'])]);
    await scene.send(number);
    await untilCanary(scene, number, 'waiting');
    await Promise.all([first.stop('SIGKILL'), second.stop('SIGKILL')]);
    expect(await countTaken(scene, number)).toBe(ahead);
    await scene.ctx.db
      .updateTable('issues')
      .set({ canaryUntil: new Date(Date.now() + 3_600_000) })
      .where('number', '=', number)
      .execute();
    const again = await Promise.all([scene.run(['work']), scene.run(['work'])]);
    await untilReported(scene, number, ahead);
    expect(await countTaken(scene, number)).toBe(ahead);
    await endCanaryWait(scene, number);
    await untilState(scene, number, 'sent');
    await untilReported(scene, number, readers);
    expect(await countActs(scene, number, 'canary-passed')).toBe(1);
    expect(new Set((await released(number)).map(Number)).size).toBe(1);
    expect(await listAlerts(scene)).toEqual([]);
    await expectWell(scene, number, { accepted: readers });
    for (const worker of again) await worker.stop('SIGTERM');
  });

  it('killed while the canary goes out: it is out whole before the wait begins', async () => {
    const number = await approveAgain(scene);
    await scene.send(number);
    const victim = await scene.run(['work'], { FAILPOINT: 'after-answer:kill', RESEND_TIMEOUT_MS: '3000' });
    expect(await victim.ended).toBe('SIGKILL');
    expect((await getIssueNamed(scene, number)).canaryState).toBe('going');
    const worker = await scene.work();
    await untilCanary(scene, number, 'waiting');
    expect(await scene.account(number)).toMatchObject({ accepted: ahead, waiting: readers - ahead });
    await untilReported(scene, number, ahead);
    await endCanaryWait(scene, number);
    await untilState(scene, number, 'sent');
    await worker.stop(5_000);
    await expectWell(scene, number, { accepted: readers });
  });
});

describe('the commands', () => {
  /** The command is through when all is accepted; what is reported later a worker takes in. */
  async function untilAllReported(number: number): Promise<void> {
    const worker = await scene.work();
    await untilReported(scene, number, readers);
    await worker.stop(5_000);
  }

  async function runCommand(args: string[]): Promise<{ status: unknown; stdout: string; output: string }> {
    const program = await scene.run(args, { LOG_LEVEL: 'error' });
    program.firstLine.catch(() => {});
    const status = await program.ended;
    return { status, stdout: program.stdout(), output: program.output() };
  }

  it('`issue send` says that the rest waits and until when; `issue release` sends it', async () => {
    const number = await approveAgain(scene);
    const sending = await scene.run(['issue', 'send', String(number)], { LOG_LEVEL: 'error' });
    sending.firstLine.catch(() => {});
    await until('it says so', async () => sending.output().includes('have gone ahead'));
    const at = (await getIssueNamed(scene, number)).canaryUntil?.toISOString().slice(0, 16).replace('T', ' ');
    expect(sending.output()).toContain(
      `51 of 255 (20 %) have gone ahead; the other 204 follow at ${at} UTC, or now with \`issue release ${number}\`.`,
    );
    const shown = await runCommand(['issue', 'account', String(number), '--json']);
    expect(JSON.parse(shown.stdout)).toMatchObject({
      accepted: ahead,
      canary: { share: 0.2, size: ahead, until: expect.stringMatching(/Z$/), state: 'waiting' },
      guard: { bounceShare: 0, complaintShare: 0, state: 'watching' },
    });
    const done = await runCommand(['issue', 'release', String(number)]);
    expect(done).toMatchObject({
      status: 0,
      stdout: `Issue ${number} waits for its canary no more; 204 go out now.\n`,
    });
    expect(await sending.ended).toBe(0);
    expect(await runCommand(['issue', 'release', String(number)])).toMatchObject({ status: 1, stdout: '' });
    await untilAllReported(number);
    await expectWell(scene, number, { accepted: readers, state: 'sent' });
  });

  it('`issue send --no-canary` waits for nothing', async () => {
    const number = await approveAgain(scene);
    const { status, output } = await runCommand(['issue', 'send', String(number), '--no-canary']);
    expect({ status, isWaiting: output.includes('have gone ahead') }, output).toEqual({ status: 0, isWaiting: false });
    await untilAllReported(number);
    await expectWell(scene, number, { state: 'sent', canary: null });
  });

  it('`schedule set` changes what is named and `schedule show` shows it', async () => {
    const set = await runCommand(
      'schedule set --day friday --time 7:30 --zone europe/berlin --guard off --json'.split(' '),
    );
    expect(set.status, set.output).toBe(0);
    expect(JSON.parse(set.stdout)).toMatchObject({
      day: 'friday',
      time: '07:30',
      timeZone: 'Europe/Berlin',
      guardOn: false,
    });
    const shown = await runCommand(['schedule', 'show']);
    expect(shown.stdout).toMatch(
      /^Fridays at 07:30, Europe\/Berlin\n {2}next send {2}friday 20\d\d-\d\d-\d\d 07:30 \(/,
    );
    expect(shown.stdout).toContain('canary     20 % of a send to 100 or more go ahead, the rest 30 minutes later');
    expect(await runCommand(['schedule', 'set', '--canary', '51'])).toMatchObject({
      status: 2,
      output: expect.stringContaining('It must be a whole number from 0 to 50.'),
    });
    for (const wrong of [[], ['--time', '25:00'], ['--day', 'someday'], ['--canary', '1.5']])
      expect(await runCommand(['schedule', 'set', ...wrong])).toMatchObject({ status: 2, stdout: '' });
    expect((await runCommand(['schedule', 'pause'])).stdout).toMatch(
      /\(paused\)\n {2}next send {2}none while it is paused/,
    );
    expect((await runCommand(['schedule', 'resume', '--json'])).stdout).toContain('"paused": false');
  });
});
