import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { isRefusal } from '../../src/platform/refusal.ts';
import { newWebhookId } from '../../src/sandbox/webhook-payload.ts';
import { hashAddress, normaliseAddress } from '../../src/suppressions/address.ts';
import { addSuppression, listStandingSuppressions } from '../../src/suppressions/queries.ts';
import { checkOracles } from '../support/check-oracles.ts';
import { type Scene, unwrap } from '../support/scene.ts';
import { eventAbout, openSceneWithReaders, type Reader, unsubscribeInTheEnd } from './consent-steps.ts';
import { tellEvent } from './webhook-steps.ts';

let scene: Scene;
let takeReader: () => Reader;
beforeAll(async () => {
  ({ scene, takeReader } = await openSceneWithReaders({ readers: 20 }));
  await scene.work();
});
afterAll(() => scene.end());
afterEach(async () => expect(await checkOracles(scene, { isEnded: true })).toEqual([]));

const minuteMs = 60_000;

/** A change of the provider's list, so many minutes after now. */
function change(kind: 'added' | 'removed', address: unknown, { origin = 'manual', minutes = 0 } = {}) {
  const at = new Date(Date.now() + minutes * minuteMs).toISOString();
  const data = { id: newWebhookId(), email: address, origin, source_id: null };
  return { type: `suppression.${kind}`, created_at: at, data };
}

const tell = async (payload: object) => (await tellEvent(scene, payload))?.state;

async function reasonFor(address: string): Promise<string | undefined> {
  const hash = hashAddress(scene.ctx.pepper, unwrap(normaliseAddress(address)));
  return (await listStandingSuppressions(scene.ctx.db, [hash]))[0]?.reason;
}

describe('82. the provider’s own suppression list', () => {
  it.each(['manual', 'bounce'])(
    'an address added there (%s) is suppressed here, and mailable again when removed',
    async (origin) => {
      const { address } = takeReader();
      expect(await tell(change('added', address.toUpperCase(), { origin }))).toBe('applied');
      expect(await reasonFor(address)).toBe('provider');
      expect(await tell(change('removed', address, { minutes: 1 }))).toBe('applied');
      expect(await reasonFor(address)).toBeUndefined();
    },
  );

  it('a permanent bounce is undone there too, and is a suppression again when it bounces again', async () => {
    const reader = takeReader();
    const bounce = { bounce: { type: 'Permanent' } };
    await tell(eventAbout(reader, 'email.bounced', bounce));
    expect(await reasonFor(reader.address)).toBe('bounced');
    await tell(change('removed', reader.address, { minutes: 1 }));
    expect(await reasonFor(reader.address)).toBeUndefined();
    const rows = scene.ctx.db.selectFrom('suppressions').selectAll().where('addressHash', '=', reader.addressHash);
    expect(await rows.execute()).toMatchObject([{ reason: 'bounced', liftedBy: 'provider' }]);
    await tell(eventAbout(reader, 'email.bounced', bounce));
    expect(await reasonFor(reader.address)).toBe('bounced');
  });

  it('an address nobody has here is suppressed as well, so that it is never signed up in vain', async () => {
    expect(await tell(change('added', 'stranger@example.com'))).toBe('applied');
    expect(await reasonFor('stranger@example.com')).toBe('provider');
  });
});

describe('82. what the provider’s list never undoes', () => {
  it('an unsubscribe: removed there, the reader stays unsubscribed here', async () => {
    const reader = takeReader();
    await tell(change('added', reader.address));
    await unsubscribeInTheEnd(scene, reader);
    await tell(change('removed', reader.address, { minutes: 1 }));
    const subscriber = scene.ctx.db.selectFrom('subscribers').select('state').where('id', '=', reader.id);
    expect(await subscriber.executeTakeFirst()).toEqual({ state: 'unsubscribed' });
  });

  it('a complaint, whatever stood before it', async () => {
    const [first, second, third] = [takeReader(), takeReader(), takeReader()];
    await tell(eventAbout(first, 'email.complained'));
    await tell(change('added', second.address, { origin: 'complaint' }));
    await tell(eventAbout(third, 'email.bounced', { bounce: { type: 'Permanent' } }));
    await tell(eventAbout(third, 'email.complained'));
    for (const { address } of [first, second, third]) {
      expect(await tell(change('removed', address, { minutes: 1 }))).toBe('ignored');
      expect(await reasonFor(address)).toBe('complained');
    }
  });

  it.each(['manual', 'bounced'] as const)('a suppression of ours (%s, from an import or a person)', async (reason) => {
    const { address, addressHash } = takeReader();
    await addSuppression(scene.ctx.db, { addressHash, reason, source: 'import' });
    expect(await tell(change('added', address))).toBe('ignored');
    expect(await tell(change('removed', address, { minutes: 1 }))).toBe('ignored');
    expect(await reasonFor(address)).toBe(reason);
  });

  it('an addition that is newer than the removal, in whatever order they arrive', async () => {
    const { address } = takeReader();
    expect(await tell(change('added', address, { minutes: 2 }))).toBe('applied');
    expect(await tell(change('removed', address, { minutes: 1 }))).toBe('ignored');
    expect(await reasonFor(address)).toBe('provider');
  });

  it.each([
    ['no address', undefined],
    ['nothing like an address', 'x'],
    ['a list', ['a@example.com']],
  ])('with %s nothing happens', async (_name, address) => {
    const before = await scene.ctx.db.selectFrom('suppressions').selectAll().execute();
    for (const kind of ['added', 'removed'] as const) expect(await tell(change(kind, address))).toBe('ignored');
    expect(await scene.ctx.db.selectFrom('suppressions').selectAll().execute()).toEqual(before);
    expect(isRefusal(normaliseAddress('x'))).toBe(true);
  });
});

it('81. a complaint of somebody erased takes the place of a bounce, and the hash stays', async () => {
  const reader = takeReader();
  await tell(eventAbout(reader, 'email.bounced', { bounce: { type: 'Permanent' } }));
  await scene.ctx.db
    .updateTable('subscribers')
    .set({ state: 'erased', address: null, name: null, erasedAt: new Date() })
    .where('id', '=', reader.id)
    .execute();
  await scene.ctx.db.updateTable('deliveries').set({ name: null }).where('id', '=', reader.deliveryId).execute();
  expect(await tell(eventAbout(reader, 'email.complained'))).toBe('applied');
  expect(await reasonFor(reader.address)).toBe('complained');
  expect(await tell(change('removed', reader.address, { minutes: 1 }))).toBe('ignored');
});
