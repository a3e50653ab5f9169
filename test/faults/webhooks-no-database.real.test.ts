import { inspect } from 'node:util';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../src/app.ts';
import type { Database } from '../../src/database.ts';
import { openDb } from '../../src/platform/db.ts';
import { newWebhookId } from '../../src/sandbox/webhook-payload.ts';
import { type Listening, listen } from '../../src/start/listen.ts';
import { checkOracles } from '../support/check-oracles.ts';
import { type HeldCommits, holdCommits } from '../support/hold-commits.ts';
import { openScene, type Scene, until } from '../support/scene.ts';
import {
  eventAbout,
  listReaders,
  postUnsubscribe,
  type Reader,
  sendNext,
  unsubscribeInTheEnd,
} from './consent-steps.ts';
import { pauseWebhooks } from './sending.ts';
import { countEvents, findEvent, postSigned, untilSettled } from './webhook-steps.ts';

let scene: Scene;
let reader: Reader;
const opened: Listening[] = [];
beforeAll(async () => {
  scene = await openScene({ readers: 2 });
  await pauseWebhooks(scene, true);
  await sendNext(scene);
  [reader = reader] = await listReaders(scene);
});
afterAll(async () => {
  for (const listening of opened) await listening.close();
  await scene.end();
});
let held: HeldCommits | undefined;
afterEach(async () => {
  await held?.release();
  expect(await checkOracles(scene, { isEnded: true })).toEqual([]);
});

const body = () => JSON.stringify(eventAbout(reader, 'email.delivered'));

/** The scene's pages served with another database: `url` is where its pool connects. */
async function serveOn(url: string, lines: string[] = []): Promise<Scene> {
  const db = openDb<Database>(url, { max: 2 });
  const note = (...parts: unknown[]) => void lines.push(parts.map((part) => inspect(part, { depth: 9 })).join(' '));
  const log = Object.assign(Object.create(scene.ctx.log) as Scene['ctx']['log'], {
    error: note,
    warn: note,
    info: note,
  });
  const app = createApp({ ...scene.ctx, db, log }, undefined);
  const listening = await listen({ fetch: (request) => app.fetch(request) }, { port: 0, isLocal: true, triesAfter: 0 });
  opened.push({ port: listening.port, close: () => listening.close().then(() => db.destroy()) });
  return { ...scene, webUrl: `http://127.0.0.1:${listening.port}` };
}

describe('while the database does not answer', () => {
  it('an event is answered 5xx, never with thanks, and is taken when it comes again', async () => {
    const lines: string[] = [];
    const broken = await serveOn('postgres://nobody:secret@127.0.0.1:1/none', lines);
    const id = newWebhookId();
    const text = body();
    expect(await postSigned(broken, text, { id })).toBe(503);
    expect(await findEvent(scene, id)).toBeUndefined();
    expect(lines.join('\n')).not.toMatch(/@example\.com|secret|whsec_/);
    expect(lines).not.toEqual([]);
    expect(await postSigned(scene, text, { id })).toBe(204);
    expect(await findEvent(scene, id)).toMatchObject({ state: 'received' });
  });

  it('a page says that it is for a while, and when to come again', async () => {
    const broken = await serveOn('postgres://nobody:secret@127.0.0.1:1/none');
    const answer = await fetch(`${broken.webUrl}/issues`);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '60']);
    expect(await answer.text()).toContain('Try again in a few minutes');
  });

  it('what is not signed is refused all the same', async () => {
    const broken = await serveOn('postgres://nobody:secret@127.0.0.1:1/none');
    expect(await postSigned(broken, body(), { ageSeconds: 900 })).toBe(401);
  });

  it('88. an unsubscribe is answered 503, and taken when it comes again', async () => {
    const broken = await serveOn('postgres://nobody:secret@127.0.0.1:1/none');
    expect(await postUnsubscribe(broken, reader)).toBe(503);
    await unsubscribeInTheEnd(scene, reader);
  });
});

describe('a database that dies before the commit', () => {
  it('makes a 5xx of an event, and nothing is kept', async () => {
    const id = newWebhookId();
    const text = body();
    held = await holdCommits(scene.ctx.db, 'providerEvents');
    let isAnswered = false;
    const posting = postSigned(scene, text, { id }).finally(() => (isAnswered = true));
    await held.untilHeld();
    expect(isAnswered).toBe(false);
    await sql`select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and not granted
      and database = (select oid from pg_database where datname = current_database())`.execute(scene.ctx.db);
    expect(await posting).toBe(503);
    await held.release();
    expect(await findEvent(scene, id)).toBeUndefined();
    // A pool may hand the broken connection out once more; the provider comes again.
    await until('the event is taken', async () => (await postSigned(scene, text, { id })) === 204);
    expect(await findEvent(scene, id)).toBeDefined();
  });

  it('is waited for: no answer before the commit', async () => {
    const before = await countEvents(scene);
    held = await holdCommits(scene.ctx.db, 'providerEvents');
    let isAnswered = false;
    const posting = postSigned(scene, body()).finally(() => (isAnswered = true));
    await held.untilHeld();
    expect([isAnswered, await countEvents(scene)]).toEqual([false, before]);
    await held.release();
    expect(await posting).toBe(204);
    expect(await countEvents(scene)).toBe(before + 1);
  });
});

it('an event that could be stored and not rung for is answered with thanks, and found by the sweep', async () => {
  const id = newWebhookId();
  const app = createApp({ ...scene.ctx, queue: { ...scene.ctx.queue, ring: async () => {} } }, undefined);
  const listening = await listen({ fetch: (request) => app.fetch(request) }, { port: 0, isLocal: true, triesAfter: 0 });
  opened.push(listening);
  expect(await postSigned({ webUrl: `http://127.0.0.1:${listening.port}` }, body(), { id })).toBe(204);
  const worker = await scene.work();
  expect(await untilSettled(scene, id)).toMatchObject({ state: 'applied' });
  await worker.stop(5_000);
});
