import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newWebhookId } from '../../src/sandbox/webhook-payload.ts';
import { openScene, type Scene, until } from '../support/scene.ts';
import { eventAbout, listReaders, postEvent } from './consent-steps.ts';
import { approveAgain, expectWell, freezeHeld, letSendingGo, patient, pauseWebhooks, waitSent } from './sending.ts';

const readers = 250;
const eventsCount = 2_000;
const atOnce = 40;
let scene: Scene;

beforeAll(async () => {
  scene = await openScene({ readers, env: patient });
  await pauseWebhooks(scene, true);
  await scene.work();
});
afterAll(() => scene.end());

/** So many events about the readers' deliveries, from the first the provider tells of a mail to the last. */
async function listPayloads(): Promise<object[]> {
  const types = ['email.sent', 'email.opened', 'email.delivered', 'email.clicked', 'email.delivery_delayed'];
  const known = await listReaders(scene);
  return Array.from({ length: eventsCount }, (_, index) =>
    eventAbout(known[index % known.length] ?? missing(), types[Math.floor(index / known.length) % types.length] ?? ''),
  );
}

function missing(): never {
  throw new Error('the scene has no readers');
}

/** Posts all of them, forty at a time, and answers how often each status came. */
async function postAll(payloads: object[]): Promise<Record<number, number>> {
  const waiting = [...payloads];
  const counts: Record<number, number> = {};
  const lane = async () => {
    for (let payload = waiting.pop(); payload !== undefined; payload = waiting.pop()) {
      const status = await postEvent(scene, payload, newWebhookId());
      counts[status] = (counts[status] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return counts;
}

async function countUnsettled(): Promise<number> {
  const open = scene.ctx.db.selectFrom('providerEvents').select('svixId').where('settledAt', 'is', null);
  return (await open.execute()).length;
}

describe('79. a burst of events behind a big send', () => {
  it('is answered whole and applied whole, while the next issue goes out', async () => {
    const first = await approveAgain(scene);
    await scene.send(first);
    await waitSent(scene, first);
    const payloads = await listPayloads();
    const second = await freezeHeld(scene);
    const posting = postAll(payloads);
    await letSendingGo(scene);
    expect(await posting).toEqual({ 204: eventsCount });
    await waitSent(scene, second);
    await until('every event is settled', async () => (await countUnsettled()) === 0, 60);
    expect((await scene.account(first)).outcomes).toMatchObject({ delivered: readers, none: 0 });
    await expectWell(scene, first, { accepted: readers });
    await expectWell(scene, second, { accepted: readers });
  });

  it('no send waits for events: one goes through while every event worker is stuck', async () => {
    const reader = (await listReaders(scene)).slice(0, 30);
    const number = await freezeHeld(scene);
    await scene.ctx.db.transaction().execute(async (tx) => {
      const ids = reader.map(({ deliveryId }) => deliveryId);
      await sql`select id from deliveries where id = any(${ids}::uuid[]) for update`.execute(tx);
      for (const one of reader) expect(await postEvent(scene, eventAbout(one, 'email.complained'))).toBe(204);
      await until('event workers wait for the rows', async () => {
        const { rows } = await sql<{ count: number }>`
          select count(*)::integer as count from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'`.execute(scene.ctx.db);
        return (rows[0]?.count ?? 0) >= 4;
      });
      await letSendingGo(scene);
      await waitSent(scene, number);
      expect(await countUnsettled()).toBe(reader.length);
    });
    await until('they are settled in the end', async () => (await countUnsettled()) === 0, 60);
    await expectWell(scene, number, { state: 'sent' });
  });
});
