import { describe, expect, test } from 'vitest';
import { buildEnvelope, oneLineAddress } from '../../../src/issues/render/build-envelope.ts';
import { weekOne } from './sample-picks.ts';
import { sampleEnvelopeFacts } from './sample-revision.ts';

const build = (changes: Parameters<typeof sampleEnvelopeFacts>[1] = {}) =>
  buildEnvelope(sampleEnvelopeFacts(weekOne(), changes));

describe('the envelope', () => {
  test('has the headers of RFC 8058, RFC 2919 and the feedback loop', () => {
    expect(build().headers).toEqual({
      'List-Unsubscribe': '<⟦unsubscribe_url⟧>',
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      'List-Id': 'Weekly Verdicts <weekly-verdicts.mail.example.com>',
      'Feedback-ID': 'issue-1:weekly:verdicts:mailexamplecom',
    });
  });

  test('a line break or a control in what people typed begins no header', () => {
    const { subject, from, replyTo, headers } = build({
      subject: 'a\r\nBcc: x@example.com\u0000',
      from: 'V\n<v@example.com>',
      replyTo: 'r@example.com\r\nX: y',
      newsletterName: 'News\r\nX-Evil: 1',
    });
    expect([subject, from, replyTo, headers['List-Id']].join('')).not.toMatch(/\p{Cc}/u);
    expect(subject).toBe('a Bcc: x@example.com');
  });

  test.each([
    ['Tools & "Verdicts"', '"Tools & \\"Verdicts\\"" <weekly-verdicts.mail.example.com>'],
    ['Größe', '<weekly-verdicts.mail.example.com>'],
    ['⟦unsubscribe_url⟧', '<weekly-verdicts.mail.example.com>'],
  ])('the list of %s is %s', (newsletterName, listId) => {
    expect(build({ newsletterName }).headers['List-Id']).toBe(listId);
  });

  test('the feedback id has four fields, the sender in it 5 to 15 characters', () => {
    for (const publicUrl of [
      'http://a',
      'https://a.very.long.host.name.example.com',
      'http://[::1]:3000',
      'http://localhost:3000/',
    ]) {
      const fields = build({ publicUrl }).headers['Feedback-ID']?.split(':') ?? [];
      expect(fields).toHaveLength(4);
      expect(fields[3]).toMatch(/^[a-z0-9]{5,15}$/);
    }
  });

  test('the public address loses its trailing stroke, something that is none is refused', () => {
    expect(build({ publicUrl: 'https://mail.example.com/' }).publicUrl).toBe('https://mail.example.com');
    expect(() => build({ publicUrl: 'no url' })).toThrow('Invalid URL');
  });

  test('a postal address over lines stands on one', () => {
    expect(oneLineAddress('Weekly Verdicts,\r\n 12 Sample  Street\n\n10115 Berlin\n')).toBe(
      'Weekly Verdicts, 12 Sample Street, 10115 Berlin',
    );
  });
});
