import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { checkOracles } from '../support/check-oracles.ts';
import { type Scene, until } from '../support/scene.ts';
import { eventAbout, openSceneWithReaders, type Reader, unsubscribeInTheEnd } from './consent-steps.ts';
import { listAlerts } from './sending.ts';
import { readConsequences, tellEvent } from './webhook-steps.ts';

let scene: Scene;
let takeReader: () => Reader;
beforeAll(async () => {
  ({ scene, takeReader } = await openSceneWithReaders({ readers: 30 }));
  await scene.work();
});
afterAll(() => scene.end());
afterEach(async () => expect(await checkOracles(scene, { isEnded: true })).toEqual([]));

/** Posts an event and waits until the workers are done with it. */
const tell = async (payload: object) => tellEvent(scene, payload);

const stateOf = async ({ id }: Reader) =>
  (await scene.ctx.db.selectFrom('subscribers').select('state').where('id', '=', id).executeTakeFirst())?.state;

describe('78. an event that does not fit the delivery it names', () => {
  const misfits: [string, (reader: Reader, other: Reader) => object][] = [
    ['about another reader', (reader, other) => eventAbout({ ...reader, address: other.address }, 'email.complained')],
    [
      'about an address nobody has',
      (reader) =>
        eventAbout({ ...reader, address: 'nobody@example.com' }, 'email.bounced', { bounce: { type: 'Permanent' } }),
    ],
    ['about no address', (reader) => eventAbout(reader, 'email.complained', { to: undefined })],
    ['about nothing like an address', (reader) => eventAbout(reader, 'email.complained', { to: ['', 'x', '@'] })],
  ];
  it.each(misfits)('%s changes nothing and tells the operator, without the address', async (_name, payloadOf) => {
    const [reader, other] = [takeReader(), takeReader()];
    const [before, alerts] = [await readConsequences(scene), await listAlerts(scene)];
    const event = await tell(payloadOf(reader, other));
    expect(event).toMatchObject({ state: 'mismatched', deliveryId: reader.deliveryId });
    expect(await readConsequences(scene)).toEqual(before);
    await until('the operator is told', async () => (await listAlerts(scene)).length === alerts.length + 1);
    const told = scene.ctx.db
      .selectFrom('auditLog')
      .selectAll()
      .where('entityId', '=', event?.svixId ?? '');
    const [alert] = await told.execute();
    expect(alert).toMatchObject({ action: 'alert:event-mismatched', actor: 'program' });
    expect(JSON.stringify(alert)).not.toContain('@');
  });
});

describe('a contact changed at the provider', () => {
  const contact = (email: unknown, unsubscribed: unknown, type = 'contact.updated') => ({
    type,
    data: { email, unsubscribed },
  });

  it('who unsubscribed there is unsubscribed here, once, with the evidence', async () => {
    const reader = takeReader();
    expect(await tell(contact(reader.address.toUpperCase(), true))).toMatchObject({ state: 'applied' });
    expect(await tell(contact(reader.address, true))).toMatchObject({ state: 'ignored' });
    expect(await stateOf(reader)).toBe('unsubscribed');
    const evidence = scene.ctx.db.selectFrom('consents').select('method').where('subscriberId', '=', reader.id);
    expect(await evidence.where('kind', '=', 'withdrawn').execute()).toEqual([{ method: 'provider' }]);
  });

  it('is never subscribed by it', async () => {
    const reader = takeReader();
    await unsubscribeInTheEnd(scene, reader);
    const before = await readConsequences(scene);
    for (const type of ['contact.updated', 'contact.created', 'contact.deleted']) {
      expect(await tell(contact(reader.address, false, type))).toMatchObject({ state: 'ignored' });
    }
    expect(await readConsequences(scene)).toEqual(before);
  });

  it.each([
    ['unsubscribed: false', (reader: Reader) => contact(reader.address, false)],
    ['unsubscribed: "true"', (reader: Reader) => contact(reader.address, 'true')],
    ['no word of it', (reader: Reader) => contact(reader.address, undefined)],
    ['another type', (reader: Reader) => contact(reader.address, true, 'contact.created')],
    ['an address nobody has', () => contact('nobody@example.com', true)],
    ['no address', () => contact(null, true)],
  ])('with %s changes nothing', async (_name, payloadOf) => {
    const before = await readConsequences(scene);
    expect(await tell(payloadOf(takeReader()))).toMatchObject({ state: 'ignored' });
    expect(await readConsequences(scene)).toEqual(before);
  });
});
