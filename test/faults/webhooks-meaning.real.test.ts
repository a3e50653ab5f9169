import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { newWebhookId } from '../../src/sandbox/webhook-payload.ts';
import { checkOracles } from '../support/check-oracles.ts';
import { type Scene } from '../support/scene.ts';
import { eventAbout, findDelivery, openSceneWithReaders, type Reader } from './consent-steps.ts';
import { findEvent, postSigned, readConsequences, tellEvent, untilSettled } from './webhook-steps.ts';

let scene: Scene;
let takeReader: () => Reader;
let firstIssue: number;
beforeAll(async () => {
  ({ scene, firstIssue, takeReader } = await openSceneWithReaders({ readers: 60 }));
  await scene.work();
});
afterAll(() => scene.end());
afterEach(async () => expect(await checkOracles(scene, { isEnded: true })).toEqual([]));

/** Posts an event and waits until the workers are done with it. */
const tell = async (payload: object) => tellEvent(scene, payload);

async function listReasons({ addressHash }: Reader): Promise<string[]> {
  const rows = scene.ctx.db.selectFrom('suppressions').select('reason').where('addressHash', '=', addressHash);
  return (await rows.where('liftedAt', 'is', null).execute()).map(({ reason }) => reason);
}

const outcomeOf = async (reader: Reader) => (await findDelivery(scene, firstIssue, reader.id))?.outcome;
const stateOf = async ({ id }: Reader) =>
  (await scene.ctx.db.selectFrom('subscribers').select('state').where('id', '=', id).executeTakeFirst())?.state;

describe('75. an event of a shape nobody knows', () => {
  const odd: [string, object][] = [
    ['an unknown type', { type: 'email.sparkled', data: { tags: {} } }],
    ['no type', { data: {} }],
    ['a type that is no text', { type: 7, data: [] }],
    ['a type without end', { type: 'x'.repeat(5_000) }],
    ['nothing at all', {}],
    ['no data', { type: 'email.opened', data: null }],
    ['a domain, not a mail', { type: 'domain.updated', data: { id: 'd', status: 'verified' } }],
    ['an address and no more', { type: 'contact.created', data: { email: 'somebody@example.com' } }],
    ['half a character and a null byte', { type: 'email.clicked\0', data: { '\0': '\ud800', link: ['\udfff'] } }],
    ['deep nesting', nest(1_000)],
    ['a number too large', { type: 'email.opened', data: { size: 1e308, big: [1e-320] } }],
    [
      'names of prototypes',
      JSON.parse('{"type":"constructor","__proto__":{"type":"email.bounced"},"data":{"constructor":1}}') as object,
    ],
  ];
  it.each(odd)('%s is stored as it came and changes nothing', async (_name, payload) => {
    const before = await readConsequences(scene);
    expect(await tell(payload)).toMatchObject({ state: 'ignored', deliveryId: null });
    expect(await readConsequences(scene)).toEqual(before);
  });

  it('is stored with every field, known or not', async () => {
    const payload = { type: 'email.sparkled', data: { sparkles: [1, { of: 'colour' }] }, version: 9 };
    expect((await tell(payload))?.payload).toEqual(payload);
  });

  it.each<[string, (reader: Reader) => object]>([
    [
      'with fields of tomorrow',
      (reader) => ({ ...eventAbout(reader, 'email.bounced', { bounce: { type: 'Soft', x: {} } }), y: 1 }),
    ],
    ['with no bounce', (reader) => eventAbout(reader, 'email.bounced', { bounce: null })],
    ['with a bounce that is a text', (reader) => eventAbout(reader, 'email.bounced', { bounce: 'Permanent' })],
    [
      'with odd other fields',
      (reader) => eventAbout(reader, 'email.bounced', { email_id: 5, subject: {}, unsubscribed: 'yes' }),
    ],
    ['without a time', (reader) => ({ ...eventAbout(reader, 'email.bounced'), created_at: undefined })],
    ['at no time that is', (reader) => ({ ...eventAbout(reader, 'email.bounced'), created_at: '2026-13-45' })],
    ['long ago', (reader) => ({ ...eventAbout(reader, 'email.bounced'), created_at: '-009999-01-01T00:00:00Z' })],
    ['in far times', (reader) => ({ ...eventAbout(reader, 'email.bounced'), created_at: '+275760-09-13T00:00:00Z' })],
  ])('but of a delivery of ours is applied: %s', async (_name, payloadOf) => {
    const reader = takeReader();
    expect(await tell(payloadOf(reader))).toMatchObject({ state: 'applied', deliveryId: reader.deliveryId });
    expect(await outcomeOf(reader)).toBe('bounced');
    expect(await listReasons(reader)).toEqual([]);
  });

  it('without tags is matched by the id the provider gave the mail', async () => {
    const reader = takeReader();
    const message = scene.ctx.db.selectFrom('providerMessages').select('providerId');
    const { providerId } = await message.where('deliveryId', '=', reader.deliveryId).executeTakeFirstOrThrow();
    for (const tags of [
      undefined,
      null,
      [],
      {},
      'delivery_id',
      { delivery_id: 'nonsense' },
      [{ name: 'delivery_id', value: 'x' }],
    ]) {
      const data = { email_id: providerId, to: reader.address.toUpperCase(), tags };
      expect(await tell({ type: 'email.delivered', data })).toMatchObject({
        state: 'applied',
        deliveryId: reader.deliveryId,
      });
    }
  });
});

describe('76. a bounce', () => {
  it.each([
    'Transient',
    'Temporary',
    'Undetermined',
    'tRANSIENT',
    'temporary',
    'PermanentlyOdd',
    ' Permanent',
    '',
    null,
    7,
    {},
  ])('of the type %j may pass: the outcome is kept, nobody is suppressed', async (type) => {
    const reader = takeReader();
    await tell(eventAbout(reader, 'email.bounced', { bounce: { type, subType: 'General', message: 'Permanent' } }));
    expect(await outcomeOf(reader)).toBe('bounced');
    expect(await listReasons(reader)).toEqual([]);
  });

  it.each(['Permanent', 'permanent', 'PERMANENT'])('of the type %s is for good: suppressed', async (type) => {
    const reader = takeReader();
    await tell(eventAbout(reader, 'email.bounced', { bounce: { type } }));
    expect(await outcomeOf(reader)).toBe('bounced');
    expect(await listReasons(reader)).toEqual(['bounced']);
  });

  it('that may pass does not shield from one for good, nor from a complaint', async () => {
    const reader = takeReader();
    await tell(eventAbout(reader, 'email.bounced', { bounce: { type: 'Transient' } }));
    await tell(eventAbout(reader, 'email.bounced', { bounce: { type: 'Permanent' } }));
    await tell(eventAbout(reader, 'email.complained'));
    expect(await listReasons(reader)).toEqual(['complained']);
    expect(await outcomeOf(reader)).toBe('complained');
  });

  it('81. or a complaint of somebody who was erased meanwhile leaves the suppression', async () => {
    const reader = takeReader();
    const erased = sql`state = 'erased', address = null, name = null`;
    await sql`update subscribers set ${erased} where id = ${reader.id}`.execute(scene.ctx.db);
    expect(await tell(eventAbout(reader, 'email.complained'))).toMatchObject({ state: 'applied' });
    expect(await listReasons(reader)).toEqual(['complained']);
    expect(await stateOf(reader)).toBe('erased');
  });
});

function nest(depth: number): object {
  let inner: object = {};
  for (let level = 0; level < depth; level += 1) inner = level % 2 === 0 ? [inner] : { inner };
  return { type: 'email.opened', data: { inner } };
}

it('after all of these the workers still work', async () => {
  const reader = takeReader();
  const id = newWebhookId();
  expect(await postSigned(scene, JSON.stringify(eventAbout(reader, 'email.delivered')), { id })).toBe(204);
  await untilSettled(scene, id);
  expect(await findEvent(scene, id)).toMatchObject({ state: 'applied' });
});
