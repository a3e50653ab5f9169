import { describe, expect, it } from 'vitest';
import { checkMail, isMailFault, recipientCountLimit } from '../../src/sandbox/check-mail.ts';
import { tagCountLimit, tagLengthLimit } from '../../src/sandbox/check-headers-and-tags.ts';
import { addressLengthLimit, isAddress } from '../../src/sandbox/mail-address.ts';

const good = { from: 'Verdicts <verdicts@example.com>', to: 'ada@example.com', subject: 'Hello', html: '<p>Hello</p>' };

function faultOf(change: Record<string, unknown>): string {
  const checked = checkMail({ ...good, ...change });
  return isMailFault(checked) ? `${checked.status} ${checked.name}` : 'taken';
}

const tags = (count: number) => Array.from({ length: count }, (_, index) => ({ name: `tag-${index}`, value: 'x' }));
const people = (count: number) => Array.from({ length: count }, (_, index) => `p${index}@example.com`);

const ofLength = (length: number) => `${'a'.repeat(60)}@${'b'.repeat(length - 65)}.com`;

describe('a mail is checked by the provider’s rules', () => {
  it.each([
    ['as it is', {}, 'taken'],
    ['without a sender', { from: undefined }, '422 missing_required_field'],
    ['without a recipient', { to: [] }, '422 missing_required_field'],
    ['without a subject', { subject: '' }, '422 missing_required_field'],
    ['without html and text', { html: undefined }, '422 missing_required_field'],
    ['with text alone', { html: undefined, text: 'Hello' }, 'taken'],
    ['with empty text alone, which opts out of a text part', { html: undefined, text: '' }, 'taken'],
    ['with html that is no string', { html: 7 }, '400 validation_error'],
    ['with a line break in the subject', { subject: 'a\r\nBcc: b@example.com' }, '400 validation_error'],
    ['with a recipient without a domain', { to: 'ada' }, '400 validation_error'],
    ['with a recipient that is no string', { to: [7] }, '400 validation_error'],
    ['with two recipients in one string', { to: 'a@example.com, b@example.com' }, '400 validation_error'],
    ['with the most recipients', { to: people(recipientCountLimit) }, 'taken'],
    ['with one recipient too many', { to: people(recipientCountLimit + 1) }, '400 validation_error'],
    ['with a reply address that is none', { reply_to: 'nobody' }, '400 validation_error'],
    ['with headers', { headers: { 'List-Id': 'Verdicts <verdicts.example.com>' } }, 'taken'],
    ['with a header that begins another', { headers: { 'X-A': 'a\r\nBcc: b@example.com' } }, '400 validation_error'],
    ['with a header name that is none', { headers: { 'X A': 'a' } }, '400 validation_error'],
    ['with a header that is no string', { headers: { 'X-A': 1 } }, '400 validation_error'],
    ['with the most tags', { tags: tags(tagCountLimit) }, 'taken'],
    ['with one tag too many', { tags: tags(tagCountLimit + 1) }, '400 validation_error'],
    ['with the longest tag', { tags: [{ name: 'n', value: 'v'.repeat(tagLengthLimit) }] }, 'taken'],
    ['with a tag one longer', { tags: [{ name: 'n', value: 'v'.repeat(tagLengthLimit + 1) }] }, '400 validation_error'],
    ['with an address as a tag', { tags: [{ name: 'to', value: 'ada@example.com' }] }, '400 validation_error'],
    ['with an attachment', { attachments: [{ filename: 'a.txt', content: 'YQ==' }] }, '422 invalid_attachment'],
    ['with a schedule', { scheduled_at: 'in 1 hour' }, '422 invalid_parameter'],
  ])('%s: %#', (_title, change, expected) => {
    expect(faultOf(change)).toBe(expected);
  });

  it('a mail that is no object is refused', () => {
    expect([null, [], 'mail', 7].map((input) => isMailFault(checkMail(input)))).toEqual([true, true, true, true]);
  });

  it('what Postgres cannot hold is taken out', () => {
    expect(checkMail({ ...good, html: 'a\0b\ud800c' })).toMatchObject({ html: 'ab\ufffdc' });
  });
});

describe('an address has one of two forms', () => {
  it.each([
    'ada@example.com',
    'Ada <ada@example.com>',
    '"Ada, B." <ada+x@mail.example.com>',
    '<ada@example.com>',
    'ada@bücher.example',
  ])('%s is one', (address) => expect(isAddress(address)).toBe(true));
  it.each([
    '',
    'ada',
    'ada@',
    '@example.com',
    'ada@example',
    'a b@example.com',
    'ada@exam ple.com',
    'ada@a..com',
    'Ada <ada@example.com',
  ])('%s is none', (address) => expect(isAddress(address)).toBe(false));
  it('it ends at 254 characters', () => {
    expect([isAddress(ofLength(addressLengthLimit)), isAddress(ofLength(addressLengthLimit + 1))]).toEqual([
      true,
      false,
    ]);
  });
});
