import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { applyEvent } from '../../src/events/apply-event.ts';
import { readSandboxLedger } from '../../src/sandbox/ledger.ts';
import { newWebhookId } from '../../src/sandbox/webhook-payload.ts';
import type { Service } from '../../src/start/service.ts';
import { checkOracles } from '../support/check-oracles.ts';
import { holdCommits } from '../support/hold-commits.ts';
import { type Scene, until } from '../support/scene.ts';
import { eventAbout, openSceneWithReaders, postEvent, type Reader } from './consent-steps.ts';
import {
  askProvider,
  findEvent,
  postBytes,
  postSigned,
  readConsequences,
  signHeaders,
  untilSettled,
} from './webhook-steps.ts';

let scene: Scene;
let takeReader: () => Reader;
beforeAll(async () => {
  ({ scene, takeReader } = await openSceneWithReaders({ readers: 190 }));
});
afterAll(() => scene.end());
afterEach(async () => expect(await checkOracles(scene, { isEnded: true })).toEqual([]));

async function withWorkers(count: number, work: () => Promise<void>): Promise<void> {
  const workers: Service[] = [];
  for (let made = 0; made < count; made += 1) workers.push(await scene.work());
  try {
    await work();
  } finally {
    for (const worker of workers) await worker.stop(5_000);
  }
}

const hasEvents = async () =>
  (await scene.ctx.db.selectFrom('providerEvents').select('svixId').where('settledAt', 'is', null).execute()).length >
  0;

describe('67. the same event', () => {
  it('fifty times at once is stored once, applied once and always answered with thanks', async () => {
    const reader = takeReader();
    const id = newWebhookId();
    const body = JSON.stringify(eventAbout(reader, 'email.complained'));
    await withWorkers(2, async () => {
      const statuses = await Promise.all(Array.from({ length: 50 }, () => postSigned(scene, body, { id })));
      expect(new Set(statuses)).toEqual(new Set([204]));
      expect(await untilSettled(scene, id)).toMatchObject({
        state: 'applied',
        attempts: 1,
        deliveryId: reader.deliveryId,
      });
    });
    const { addressHash } = reader;
    const suppressions = scene.ctx.db.selectFrom('suppressions').select(['reason', 'source']);
    expect(await suppressions.where('addressHash', '=', addressHash).execute()).toEqual([
      { reason: 'complained', source: id },
    ]);
  });

  it('rung for eight times while it is being applied is applied once', async () => {
    const reader = takeReader();
    const id = newWebhookId();
    expect(await postEvent(scene, eventAbout(reader, 'email.delivered'), id)).toBe(204);
    const held = await holdCommits(scene.ctx.db, 'providerEvents');
    const first = applyEvent(scene.ctx, id);
    await held.untilHeld();
    const others = Promise.all(Array.from({ length: 8 }, () => applyEvent(scene.ctx, id)));
    // They go away at once; did they not, they would wait for the first.
    await Promise.race([others, held.untilBlocking()]);
    await held.release();
    await Promise.all([first, others]);
    expect(await findEvent(scene, id)).toMatchObject({ state: 'applied', attempts: 1 });
  });
});

describe('72. an event played again', () => {
  it('is known: the very same request, and the provider sending it anew, change nothing', async () => {
    const reader = takeReader();
    const id = newWebhookId();
    const body = JSON.stringify(eventAbout(reader, 'email.bounced', { bounce: { type: 'Permanent' } }));
    const headers = signHeaders(body, { id });
    await withWorkers(1, async () => {
      expect(await postBytes(scene, body, headers)).toBe(204);
      const first = await untilSettled(scene, id);
      const before = await readConsequences(scene);
      expect(await postBytes(scene, body, headers)).toBe(204);
      expect(await postSigned(scene, body, { id, ageSeconds: -60 })).toBe(204);
      // Whoever holds the id cannot change what is stored under it either.
      const other = JSON.stringify(eventAbout(reader, 'email.delivered'));
      expect(await postSigned(scene, other, { id })).toBe(204);
      expect(await findEvent(scene, id)).toEqual(first);
      expect(await readConsequences(scene)).toEqual(before);
    });
  });

  it('by the provider, all events of a mail five times over, ends where once ends', async () => {
    const { mails } = await readSandboxLedger(scene.sandboxDb);
    const reader = takeReader();
    const mail = mails.find(({ tags }) => tags.delivery_id === reader.deliveryId);
    await withWorkers(1, async () => {
      const answer = await askProvider(scene, 'replay', { mailId: mail?.id, times: 5 });
      expect(JSON.stringify(answer).match(/"status":"204"/g)).toHaveLength(10);
      await until('they are settled', async () => !(await hasEvents()));
      const before = await readConsequences(scene);
      await askProvider(scene, 'replay', { mailId: mail?.id, times: 5 });
      await until('they are settled', async () => !(await hasEvents()));
      expect(await readConsequences(scene)).toEqual(before);
    });
    const events = scene.ctx.db.selectFrom('providerEvents').select(['type', 'attempts', 'state']);
    expect(await events.where('deliveryId', '=', reader.deliveryId).orderBy('type').execute()).toEqual([
      { type: 'email.delivered', attempts: 1, state: 'applied' },
      { type: 'email.sent', attempts: 1, state: 'applied' },
    ]);
  });
});

const ranks: Record<string, number> = {
  'email.sent': 1,
  'email.delivery_delayed': 2,
  'email.delivered': 3,
  'email.failed': 4,
  'email.suppressed': 4,
  'email.bounced': 4,
  'email.complained': 5,
  'email.opened': 0,
  'email.clicked': 0,
};
const outcomeOf = (type: string): string => type.replace('email.', '').replace('delivery_', '');
/** What happened to one mail, in the order in which we hear of it. */
const story = fc.uniqueArray(fc.record({ type: fc.constantFrom(...Object.keys(ranks)), minute: fc.nat(59) }), {
  minLength: 1,
  maxLength: 7,
  selector: ({ minute }) => minute,
});
type Told = { type: string; minute: number }[];

const timeOf = (minute: number): string => `2026-11-02T08:${String(minute).padStart(2, '0')}:00.000Z`;
const payloadOf = (reader: Reader, { type, minute }: Told[number]): object => ({
  ...eventAbout(reader, type, { bounce: { type: 'Permanent' } }),
  created_at: timeOf(minute),
});

/** By rank, among equals the latest; nothing for what says nothing of the outcome. */
function expectedEnd(told: Told): { outcome: string; outcomeAt: Date } | { outcome: null; outcomeAt: null } {
  const ranked = told.filter(({ type }) => (ranks[type] ?? 0) > 0);
  const [last] = ranked.toSorted((a, b) => (ranks[b.type] ?? 0) - (ranks[a.type] ?? 0) || b.minute - a.minute);
  if (last === undefined) return { outcome: null, outcomeAt: null };
  return { outcome: outcomeOf(last.type), outcomeAt: new Date(timeOf(last.minute)) };
}

async function readEnd({ deliveryId }: Reader) {
  const row = scene.ctx.db.selectFrom('deliveries').select(['outcome', 'outcomeAt']).where('id', '=', deliveryId);
  return row.executeTakeFirstOrThrow();
}

describe('68. events in any order', () => {
  it('one after the other end as they would in theirs', async () => {
    const tell = async (told: Told): Promise<void> => {
      const reader = takeReader();
      for (const event of told) {
        const id = newWebhookId();
        await postEvent(scene, payloadOf(reader, event), id);
        await applyEvent(scene.ctx, id);
      }
      expect(await readEnd(reader)).toEqual(expectedEnd(told));
    };
    // No shrinking: every try takes a reader.
    await fc.assert(fc.asyncProperty(story, tell), { numRuns: 60, endOnFailure: true });
  });

  it('all at once, with two workers, end as they would in theirs', async () => {
    const stories = fc.sample(story, { numRuns: 60, seed: 68 }).map((told) => ({ told, reader: takeReader() }));
    const posts = stories.flatMap(({ told, reader }) => told.map((event) => payloadOf(reader, event)));
    await withWorkers(2, async () => {
      for (let start = 0; start < posts.length; start += 40) {
        await Promise.all(posts.slice(start, start + 40).map((payload) => postEvent(scene, payload)));
      }
      await until('they are settled', async () => !(await hasEvents()), 60);
    });
    const ends = await Promise.all(stories.map(({ reader }) => readEnd(reader)));
    expect(ends).toEqual(stories.map(({ told }) => expectedEnd(told)));
  });

  it('of the same moment and rank end the same whichever comes first', async () => {
    const told: Told = ['email.bounced', 'email.suppressed', 'email.failed'].map((type) => ({ type, minute: 7 }));
    const ends = [];
    for (const order of [told, told.toReversed()]) {
      const reader = takeReader();
      for (const event of order) {
        const id = newWebhookId();
        await postEvent(scene, payloadOf(reader, event), id);
        await applyEvent(scene.ctx, id);
      }
      ends.push(await readEnd(reader));
    }
    expect(ends[0]).toEqual(ends[1]);
  });
});
