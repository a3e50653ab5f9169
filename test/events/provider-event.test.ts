import { describe, expect, it } from 'vitest';
import { outcomeOf, readEventFacts } from '../../src/events/provider-event.ts';

const deliveryId = '0b9d2f0e-5c57-4a53-9b2f-3f1d2a9a7c11';

function payload(change: object = {}): { created_at: string; type: string; data: object } {
  const base = { email_id: 'e-1', to: ['reader@example.com'], subject: 'x', tags: { delivery_id: deliveryId } };
  return { created_at: '2026-10-06T23:47:56.678Z', type: 'email.delivered', data: { ...base, ...change } };
}

describe('the type of an event', () => {
  it.each([
    ['email.sent', 'sent'],
    ['email.delivery_delayed', 'delayed'],
    ['email.delivered', 'delivered'],
    ['email.failed', 'failed'],
    ['email.suppressed', 'suppressed'],
    ['email.bounced', 'bounced'],
    ['email.complained', 'complained'],
  ])('%s says the delivery is %s', (type, outcome) => {
    expect(outcomeOf(type)).toBe(outcome);
  });

  it.each([
    'email.opened',
    'email.clicked',
    'email.scheduled',
    'contact.updated',
    'domain.created',
    'x',
    '',
    'constructor',
  ])('%j says nothing of a delivery', (type) => {
    expect(outcomeOf(type)).toBeUndefined();
  });
});

describe('the time of an event', () => {
  it.each([
    ['2026-10-06T23:47:56.678Z', '2026-10-06T23:47:56.678Z'],
    ['2026-10-06T23:47:56.678123+00:00', '2026-10-06T23:47:56.678Z'],
    ['2026-10-06 23:47:56.678+00', '2026-10-06T23:47:56.678Z'],
    ['2026-10-06 23:47:56.678123+02', '2026-10-06T21:47:56.678Z'],
  ])('is read from %s', (created_at, iso) => {
    expect(readEventFacts({ ...payload(), created_at }).occurredAt?.toISOString()).toBe(iso);
  });

  it.each(['yesterday', '', 12, null, undefined])('is not known from %j', (created_at) => {
    expect(readEventFacts({ ...payload(), created_at }).occurredAt).toBeNull();
  });
});

describe('a payload', () => {
  it('names provider id, delivery and address', () => {
    expect(readEventFacts(payload())).toMatchObject({
      providerId: 'e-1',
      deliveryId,
      to: ['reader@example.com'],
      isPermanentBounce: false,
      contact: null,
    });
  });

  it('may state one address as text', () => {
    expect(readEventFacts(payload({ to: 'reader@example.com' })).to).toEqual(['reader@example.com']);
  });

  it.each([
    ['Permanent', true],
    ['permanent', true],
    ['Transient', false],
    ['Temporary', false],
    ['Undetermined', false],
    [undefined, false],
  ])('whose bounce is %s is permanent: %s', (type, isPermanentBounce) => {
    expect(readEventFacts(payload({ bounce: { type, subType: 'General' } })).isPermanentBounce).toBe(isPermanentBounce);
  });

  it.each(['not-a-uuid', '', 7, null])('with the delivery tag %j names no delivery', (delivery_id) => {
    const facts = readEventFacts(payload({ tags: { delivery_id } }));
    expect(facts).toMatchObject({ deliveryId: null, providerId: 'e-1' });
  });

  it('with another tag of an odd kind still names its delivery', () => {
    expect(readEventFacts(payload({ tags: { delivery_id: deliveryId, odd: 7 } })).deliveryId).toBe(deliveryId);
  });

  it.each([
    ['email_id', 7, { providerId: null, deliveryId }],
    ['to', [7], { to: [], providerId: 'e-1' }],
    ['tags', 'none', { deliveryId: null, providerId: 'e-1' }],
    ['bounce', 'Permanent', { isPermanentBounce: false, providerId: 'e-1' }],
    ['unsubscribed', 'yes', { providerId: 'e-1' }],
  ])('with an odd %s (%j) keeps the rest, its time too', (name, value, expected) => {
    const facts = readEventFacts(payload({ [name]: value }));
    expect(facts).toMatchObject(expected);
    expect(facts.occurredAt?.toISOString()).toBe('2026-10-06T23:47:56.678Z');
  });

  it('says why a mail failed later, shortly and without an address', () => {
    const facts = readEventFacts(payload({ failed: { reason: 'reached_daily_quota' } }));
    expect(facts.failureReason).toBe('reached_daily_quota');
    const long = readEventFacts(payload({ failed: { reason: `to ada@example.com: ${'no '.repeat(100)}` } }));
    expect(long.failureReason).toMatch(/^to \(address\) no/);
    expect(long.failureReason).toHaveLength(200);
    expect(readEventFacts(payload({ failed: null })).failureReason).toBeNull();
  });

  it.each([null, undefined, 7, 'text', [], {}, { data: null }, { data: [] }, { data: 'x', created_at: {} }])(
    'of another kind is no facts, and no error: %j',
    (odd) => {
      expect(readEventFacts(odd)).toEqual({
        occurredAt: null,
        providerId: null,
        deliveryId: null,
        to: [],
        isPermanentBounce: false,
        failureReason: null,
        contact: null,
        suppressionOrigin: null,
      });
    },
  );

  it.each([
    [true, true],
    [false, false],
    [undefined, false],
    ['true', false],
  ])('of a contact unsubscribed = %j means it: %s', (unsubscribed, isUnsubscribed) => {
    const facts = readEventFacts({ data: { email: 'reader@example.com', unsubscribed } });
    expect(facts.contact).toEqual({ address: 'reader@example.com', isUnsubscribed });
  });
});
