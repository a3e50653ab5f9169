import { afterAll, beforeAll, expect, it } from 'vitest';
import { guardSending } from '../../src/deliveries/restored/guard-sending.ts';
import { findWrittenMarks } from '../../src/deliveries/restored/marks.ts';
import { getSendingSwitch, switchSendingOff } from '../../src/deliveries/sending-switch.ts';
import { pauseIssue } from '../../src/issues/pause-issue.ts';
import { checkRestoreMarks } from '../../src/ops/doctor/check-restore-marks.ts';
import { openScene, type Scene, unwrap } from '../support/scene.ts';

const moved = 'https://new.example.com';
let scene: Scene;
beforeAll(async () => {
  scene = await openScene({ readers: 2 });
  expect(await guardSending(scene.ctx)).toBe('passed');
});
afterAll(async () => scene.end());

async function resume(env: Record<string, string>, ...args: string[]) {
  const program = await scene.run(['resume', ...args], { ...env, LOG_LEVEL: 'error' });
  program.firstLine.catch(() => {});
  return { status: await program.ended, output: program.output() };
}

it('on the database that last sent it switches on, or says that it was', async () => {
  expect(await resume({})).toEqual({ status: 0, output: 'Sending was on already.\n' });
});

it('an issue that is resumed while all sending is off is not said to be sending', async () => {
  const { ctx } = scene;
  const number = await scene.approve();
  await scene.send(number);
  unwrap(await pauseIssue(ctx, { number, by: 'test', reason: 'a look' }));
  await switchSendingOff(ctx, { reason: 'a second look', by: 'test', resumesAt: null });
  const program = await scene.run(['issue', 'resume', String(number)], { LOG_LEVEL: 'error' });
  expect(await program.ended).toBe(0);
  expect(program.output()).toBe(
    `Issue ${number} is paused no more, but all sending is off: a second look. \`resume\` switches it on.\n`,
  );
  expect(await resume({})).toEqual({ status: 0, output: expect.stringMatching(/^Sending is on;/) });
});

it('40. before anybody has looked at a copy it says what doctor says, changes nothing, and the command it names lets it go', async () => {
  const { db, clock, config } = scene.ctx;
  const before = await getSendingSwitch(db);
  const copy = { clock, config: { ...config, publicUrl: moved }, database: { db, url: '' } };
  const { level, sentence, mend } = await checkRestoreMarks(copy);
  expect(level).toBe('fault');
  const output = `Nothing was changed. ${sentence} ${mend}\n`;
  expect(await resume({ PUBLIC_URL: moved })).toEqual({ status: 1, output });
  expect(output).toMatch(/will hold sending: PUBLIC_URL is https:\/\/new\.example\.com.*`resume --after-restore`/);
  expect(await getSendingSwitch(db)).toEqual(before);

  const released = await resume({ PUBLIC_URL: moved }, '--after-restore');
  expect(released).toEqual({ status: 0, output: expect.stringMatching(/^Sending is on\./) });
  expect(await findWrittenMarks(db)).toMatchObject({ publicUrl: moved });
  expect(await guardSending({ ...scene.ctx, config: copy.config })).toBe('passed');
  expect(await resume({ PUBLIC_URL: moved })).toEqual({ status: 0, output: 'Sending was on already.\n' });
});
