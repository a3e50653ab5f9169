import { afterAll, beforeAll, expect, it } from 'vitest';
import { importSubscribers } from '../../src/subscribers/import-subscribers.ts';
import { submitBatch } from '../../src/deliveries/submit-batch.ts';
import type { Db } from '../../src/database.ts';
import { openDb } from '../../src/platform/db.ts';
import { createApp } from '../../src/app.ts';
import { listen, type Listening } from '../../src/start/listen.ts';
import { holdCommits } from '../support/hold-commits.ts';
import { openScene, type Scene, until } from '../support/scene.ts';
import { listReaders, postUnsubscribe, sendNext } from './consent-steps.ts';
import { approveAgain, expectWell, listBatches, patient, pauseWebhooks } from './sending.ts';

const readers = 8;
const importsCount = 12;
const rowsEach = 500;
let scene: Scene;
let listening: Listening;
/** Looks on from a pool of its own. */
let observer: Db;
beforeAll(async () => {
  scene = await openScene({ readers, env: patient });
  await pauseWebhooks(scene, true);
  observer = openDb(scene.env.DATABASE_URL ?? '', { max: 3 });
  // The pages on the very pool that the imports use.
  const app = createApp(scene.ctx, undefined);
  listening = await listen({ fetch: (request) => app.fetch(request) }, { port: 0, isLocal: true, triesAfter: 0 });
});
afterAll(async () => {
  await listening?.close();
  await observer?.destroy();
  await scene?.end();
});

let filesReadCount = 0;

/** A file of people who once bounced: its chunks are the only ones that write suppressions. */
async function* fileOf(name: number): AsyncGenerator<Uint8Array> {
  const rows = Array.from({ length: rowsEach }, (_, row) => `gone-${name}-${row}@example.com,,bounced,,,,`);
  yield Buffer.from(['email,name,status,timeZone,topics,confirmedAt,consentSource', ...rows].join('\n'));
  filesReadCount += 1;
}

it('36. imports that hold all connections they can get: an unsubscribe and a batch go through meanwhile', async () => {
  await sendNext(scene);
  const [reader] = await listReaders(scene);
  if (reader === undefined) throw new Error('nobody has had an issue');
  const number = await approveAgain(scene);
  await scene.send(number);
  const held = await holdCommits(observer, 'suppressions');
  const importing = Promise.allSettled(
    Array.from({ length: importsCount }, (_, name) => importSubscribers(scene.ctx, { bytes: fileOf(name) })),
  );
  try {
    await until('all files are read', async () => filesReadCount === importsCount);
    await held.untilHeld(2);
    const pages = { ...scene, webUrl: `http://127.0.0.1:${listening.port}` };
    expect(await postUnsubscribe(pages, reader)).toBe(200);
    for (const { id } of await listBatches(scene, number)) await submitBatch(scene.ctx, id);
    await expectWell(scene, number, { state: 'sent', accepted: readers - 1, excluded: { unsubscribed: 1 } });
  } finally {
    await held.release();
  }
  for (const report of await importing) {
    expect(report).toMatchObject({ status: 'fulfilled', value: { added: { bounced: rowsEach } } });
  }
});
