import { afterEach, describe, expect, it } from 'vitest';
import { checkOracles } from '../support/check-oracles.ts';
import { openScene, type Scene, until } from '../support/scene.ts';

let scene: Scene | undefined;
afterEach(async () => {
  await scene?.end();
  scene = undefined;
});

async function sendToEnd(current: Scene, number: number): Promise<void> {
  await current.run(['work']);
  await until('the issue is sent', async () => (await current.account(number)).state === 'sent');
}

describe('a worker killed with SIGKILL', () => {
  it.each([
    ['4. after the claim, before the call', 'after-claim:kill@2'],
    ['5. and 6. after the answer, before the ids are saved', 'after-answer:kill@2'],
    ['7. after the ids are saved, before the job ends', 'after-settle:kill@2'],
    ['8. after the last batch, before the issue is sent', 'after-settle:kill@3'],
  ])('leaves everybody with one mail: %s', async (_title, failpoint) => {
    scene = await openScene();
    const number = await scene.approve();
    await scene.send(number);
    const victim = await scene.run(['work'], { FAILPOINT: failpoint });
    expect(await victim.ended).toBe('SIGKILL');
    await sendToEnd(scene, number);
    const account = await scene.account(number);
    expect(account).toMatchObject({ eligible: 250, accepted: 250, waiting: 0, balanced: true });
    expect(await checkOracles(scene, { isEnded: true })).toEqual([]);
  });
});
