import { describe, expect, it } from 'vitest';
import { consentSourceLengthLimit, readImportRow } from '../../src/subscribers/import-row.ts';
import { nameLengthLimit, topicLengthLimit, topicsCountLimit } from '../../src/subscribers/profile.ts';

const now = new Date('2026-11-01T12:00:00Z');
const blank = {
  email: 'ann@example.com',
  name: '',
  status: '',
  timeZone: '',
  topics: '',
  confirmedAt: '',
  consentSource: '',
};
const consent = { confirmedAt: '2026-03-31', consentSource: 'sign-up form' };

function nameOf(name: string) {
  return readImportRow({ ...blank, name }, now);
}

describe('a row of a subscriber file', () => {
  it('takes defaults for everything but the address', () => {
    expect(readImportRow(blank, now)).toEqual({
      address: 'ann@example.com',
      name: null,
      state: 'pending',
      suppression: null,
      timeZone: 'UTC',
      topics: [],
      consent: null,
    });
  });

  it.each([
    ['active', 'active', null],
    [' ACTIVE ', 'active', null],
    ['unsubscribed', 'unsubscribed', null],
    ['bounced', 'active', 'bounced'],
    ['complained', 'active', 'complained'],
    ['pending', 'pending', null],
    ['cleaned', 'pending', null],
    ['', 'pending', null],
  ])('with consent and status "%s" becomes %s, suppressed: %s', (status, state, suppression) => {
    expect(readImportRow({ ...blank, ...consent, status }, now)).toMatchObject({ state, suppression });
  });

  it.each([
    ['bounced', 'pending', 'bounced'],
    ['complained', 'pending', 'complained'],
    ['unsubscribed', 'unsubscribed', null],
  ])('without consent and status "%s" becomes %s, suppressed: %s', (status, state, suppression) => {
    expect(readImportRow({ ...blank, status }, now)).toMatchObject({ state, suppression });
  });

  it.each([
    ['2026-03-31', '2026-03-31T00:00:00.000Z'],
    ['2026-03-31T18:30', '2026-03-31T18:30:00.000Z'],
    ['2026-03-31 18:30:05', '2026-03-31T18:30:05.000Z'],
    ['2026-03-31T18:30:05.25Z', '2026-03-31T18:30:05.250Z'],
    ['2026-03-31T18:30:05+02:00', '2026-03-31T16:30:05.000Z'],
    ['2026-03-31 18:30:05+00', '2026-03-31T18:30:05.000Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
  ])('reads the date %s as %s', (confirmedAt, at) => {
    const read = readImportRow({ ...blank, ...consent, confirmedAt }, now);
    expect(read).toMatchObject({ consent: { confirmedAt: new Date(at), source: 'sign-up form' } });
  });

  it('keeps topics in lower case, each once', () => {
    expect(readImportRow({ ...blank, topics: 'Coding; agents;;CODING ;' }, now)).toMatchObject({
      topics: ['coding', 'agents'],
    });
  });

  it('keeps names of any script, without control and direction signs', () => {
    expect(nameOf('  عائشة   بنت ')).toMatchObject({ name: 'عائشة بنت' });
    expect(nameOf('Ann\r\nBcc: bob@example.com')).toMatchObject({ name: 'Ann Bcc: bob@example.com' });
    expect(nameOf('\u202Enna\u2069')).toMatchObject({ name: 'nna' });
    expect(nameOf('=cmd()')).toMatchObject({ name: '=cmd()' });
    expect(nameOf('👩‍👩‍👧 {{env}} <b>')).toMatchObject({ name: '👩‍👩‍👧 {{env}} <b>' });
  });

  it.each([
    ['missing-consent', { status: 'active' }],
    ['missing-consent', { status: 'active', confirmedAt: '2026-03-31' }],
    ['missing-consent', { status: 'active', consentSource: 'form' }],
    ['bad-address', { email: '' }],
    ['bad-address', { email: 'ann@b' }],
    ['bad-time-zone', { timeZone: 'Europe/Atlantis' }],
    ['bad-time-zone', { timeZone: '+02:00' }],
    ['bad-time-zone', { timeZone: '../../etc/passwd' }],
    ['bad-date', { confirmedAt: '2026-02-30' }],
    ['bad-date', { confirmedAt: '2025-02-29' }],
    ['bad-date', { confirmedAt: '31/03/2026' }],
    ['bad-date', { confirmedAt: 'yesterday' }],
    ['bad-date', { confirmedAt: '2026-11-01T12:00:01Z' }],
    ['bad-date', { confirmedAt: '1969-12-31' }],
    ['null-byte', { name: 'An\0n' }],
    ['null-byte', { consentSource: '\0' }],
    ['not-utf-8', { name: 'Jos\ufffd' }],
    ['name-too-long', { name: 'n'.repeat(nameLengthLimit + 1) }],
    ['consent-source-too-long', { consentSource: 's'.repeat(consentSourceLengthLimit + 1) }],
    ['too-many-topics', { topics: Array.from({ length: topicsCountLimit + 1 }, (_, at) => `t${at}`).join(';') }],
    ['topic-too-long', { topics: 't'.repeat(topicLengthLimit + 1) }],
  ])('is refused for %s: %j', (refused, values) => {
    expect(readImportRow({ ...blank, ...values }, now)).toMatchObject({
      refused,
      sentence: expect.stringMatching(/^\S.*\.$/),
    });
  });

  it('at every limit comes in', () => {
    const values = {
      name: '😀'.repeat(nameLengthLimit),
      topics: Array.from({ length: topicsCountLimit }, (_, at) => String(at).padEnd(topicLengthLimit, 'x')).join(';'),
      confirmedAt: now.toISOString(),
      consentSource: 's'.repeat(consentSourceLengthLimit),
    };
    expect(readImportRow({ ...blank, ...values }, now)).not.toHaveProperty('refused');
  });
});
