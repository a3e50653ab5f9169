import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { startProgram } from '../support/program.ts';
import { type Scene, until } from '../support/scene.ts';
import { expectWhole, listCallsTaken, openCrashScene } from './crashing.ts';
import { approveAgain, listBatches } from './sending.ts';

const readers = 12;
/** Words of the template that the other version says otherwise. */
const [oldWords, newWords] = ['Unsubscribe', 'Leave this list'];
let scene: Scene;
let newer: string;
beforeAll(async () => {
  scene = await openCrashScene(readers);
  newer = await makeOtherVersion();
});
afterAll(async () => {
  await scene?.end();
  await rm(newer, { recursive: true, force: true });
});

/** The program beside itself with other templates, HTML and text. */
async function makeOtherVersion(): Promise<string> {
  const folder = `${inject('programFolder')}-other`;
  await cp(inject('programFolder'), folder, { recursive: true });
  let changesCount = 0;
  for (const name of ['weekly-issue-text.js', 'parts/footer.js']) {
    const file = join(folder, 'emails', name);
    const source = await readFile(file, 'utf8');
    changesCount += source.split(oldWords).length - 1;
    await writeFile(file, source.replaceAll(oldWords, newWords));
  }
  if (changesCount < 2) throw new Error('the other version is the same');
  return folder;
}

type Version = 'this' | 'other';

async function run(version: Version, args: string[], env: Record<string, string> = {}) {
  if (version === 'this') return scene.run(args, env);
  return startProgram(join(newer, 'src', 'cli.js'), args, { ...scene.env, ...env });
}

describe.each<[Version, Version]>([
  ['this', 'other'],
  ['other', 'this'],
])('15. %s version and %s version of the program together, their templates differ', (first, second) => {
  it('what one has approved, claimed and called, the other repeats in the same bytes under the same key', async () => {
    const number = await approveAgain(scene);
    await scene.ctx.db
      .updateTable('issues')
      .set({ state: 'draft', revisionId: null })
      .where('number', '=', number)
      .execute();
    await scene.ctx.db.deleteFrom('approvals').execute();
    const approving = await run(first, ['issue', 'approve', String(number)]);
    expect(await approving.ended).toBe(0);
    expect(await sayOf(number)).toEqual([first === 'this', first === 'other']);
    await scene.send(number);
    const killed = await run(first, ['work'], { FAILPOINT: 'after-answer:kill' });
    expect(await killed.ended).toBe('SIGKILL');
    await scene.ctx.db.updateTable('batches').set({ leaseUntil: new Date() }).where('state', '=', 'calling').execute();
    const worker = await run(second, ['work'], { RESEND_TIMEOUT_MS: '20000' });
    await until('the issue is sent', async () => (await scene.account(number)).state === 'sent', 60);
    expect(await worker.stop('SIGTERM')).toBe(0);
    const calls = await listCallsTaken(scene, number);
    expect(calls).toHaveLength(2);
    expect(new Set(calls).size).toBe(1);
    expect(calls[0]).toMatch(/ 200$/);
    expect(await listBatches(scene, number)).toMatchObject([{ state: 'accepted', attempt: 2, freezeNumber: 1 }]);
    await expectWhole(scene, number);
  });
});

/** Whether the mail has the words of this version, and those of the other. */
async function sayOf(number: number): Promise<boolean[]> {
  const { shellHtml } = await scene.ctx.db
    .selectFrom('revisions')
    .innerJoin('issues', 'issues.revisionId', 'revisions.id')
    .select('shellHtml')
    .where('issues.number', '=', number)
    .executeTakeFirstOrThrow();
  return [shellHtml.includes(`>${oldWords}`), shellHtml.includes(newWords)];
}
