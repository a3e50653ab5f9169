import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { ComparisonPage, Take, Tool } from '../../src/comparisons/comparison.ts';
import { takesCountLimit, wordsLengthLimit } from '../../src/comparisons/scorecard.ts';
import { composeIssue } from '../../src/issues/compose-issue.ts';
import { newWebhookId } from '../../src/sandbox/webhook-payload.ts';
import { openScene, type Scene, until, unwrap } from '../support/scene.ts';
import { eventAbout, listReaders, postEvent, postUnsubscribe, sendNext } from './consent-steps.ts';
import { expectWell, patient, pauseWebhooks } from './sending.ts';

const readers = 8;
let scene: Scene;
beforeAll(async () => {
  scene = await openScene({ readers, env: patient });
  await pauseWebhooks(scene, true);
});
beforeEach(async () => {
  await scene.ctx.db.deleteFrom('picks').execute();
});
afterAll(() => scene.end());

async function compose(): Promise<number> {
  const composed = unwrap(await composeIssue(scene.ctx, { by: 'test' }));
  if ('skipped' in composed) throw new Error('nothing to compose');
  return composed.issue.number ?? 0;
}

/** As many takes, with as many words each, as a page may bring. */
function makeMonstrous(tool: Tool): Tool {
  const personas = ['builder', 'skeptic', 'futurist', 'creator', 'founder'] as const;
  const takes = Array.from({ length: takesCountLimit }, (_, index): Take => {
    const sentence = `It breaks at step ${index} and the licence is not right. `;
    const words = sentence.repeat(wordsLengthLimit).slice(0, wordsLengthLimit);
    return { persona: personas[index % 5] ?? null, verdict: index % 2 === 0 ? 'ship' : 'skip', score: 50, words };
  });
  return { ...tool, takes };
}

/** Every page becomes another, written past the import, which would take no page as large. */
async function changePages(change: (page: ComparisonPage) => unknown): Promise<void> {
  const { db } = scene.ctx;
  const rows = await db.selectFrom('comparisonVersions').select(['id', 'content']).execute();
  for (const { id, content } of rows) {
    const page = change(content);
    await sql`update comparison_versions set content = ${JSON.stringify(page)}::jsonb where id = ${id}`.execute(db);
  }
}

it('16. an error while rendering is a blocking check that says what to do; unsubscribes and events go on, and it mends', async () => {
  await sendNext(scene);
  await scene.ctx.db.deleteFrom('picks').execute();
  const number = await compose();
  const worker = await scene.run(['work']);
  const failed = await scene.run(['issue', 'approve', String(number)], { FAILPOINT: 'in-render:throw' });
  expect(await failed.ended).toBe(1);
  expect(failed.output()).toContain('The issue cannot be rendered: failpoint in-render.');
  expect(failed.output()).toContain('cancel this issue and compose another');
  const [reader, other] = await listReaders(scene);
  if (reader === undefined || other === undefined) throw new Error('nobody has had an issue');
  expect(await postUnsubscribe(scene, reader)).toBe(200);
  const id = newWebhookId();
  expect(await postEvent(scene, eventAbout(other, 'email.delivered'), id)).toBe(204);
  await until('the event is applied', async () => {
    const event = scene.ctx.db.selectFrom('providerEvents').select('state').where('svixId', '=', id);
    return (await event.executeTakeFirst())?.state === 'applied';
  });
  const approved = await scene.run(['issue', 'approve', String(number)]);
  expect(await approved.ended).toBe(0);
  await scene.send(number);
  await until('it is sent', async () => (await scene.account(number)).state === 'sent');
  await expectWell(scene, number, { accepted: readers - 1 });
  await worker.stop('SIGTERM');
});

it('16. an issue of monstrous comparisons is approved by a process with little memory', async () => {
  await changePages((page) => ({ ...page, left: makeMonstrous(page.left), right: makeMonstrous(page.right) }));
  const number = await compose();
  const little = { NODE_OPTIONS: '--max-old-space-size=128' };
  const approving = await scene.run(['issue', 'approve', String(number)], little);
  expect({ status: await approving.ended, output: approving.output() }).toMatchObject({ status: 0 });
  await scene.ctx.db.updateTable('issues').set({ state: 'cancelled' }).where('number', '=', number).execute();
});

it('16. a page that cannot be rendered is named', async () => {
  const number = await compose();
  const [broken] = await scene.ctx.db
    .selectFrom('picks')
    .innerJoin('comparisons', 'comparisons.id', 'picks.comparisonId')
    .select(['comparisons.slug', 'picks.comparisonVersionId'])
    .orderBy('picks.position')
    .execute();
  const slug = broken?.slug ?? '';
  await sql`
    update comparison_versions set content = jsonb_set(content, '{left,pricing}', '5')
    where id = ${broken?.comparisonVersionId}`.execute(scene.ctx.db);
  const approving = await scene.run(['issue', 'approve', String(number)]);
  expect(await approving.ended).toBe(1);
  expect(approving.output()).toMatch(/The issue cannot be rendered: .+\. It fails at /);
  expect(approving.output()).toContain(slug);
});
