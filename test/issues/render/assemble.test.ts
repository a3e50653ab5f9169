import { beforeAll, describe, expect, test } from 'vitest';
import * as fc from 'fast-check';
import {
  firstNameLimit,
  type Mail,
  type MailValues,
  prepareVariant,
  readMail,
  writeBatch,
  writeMail,
} from '../../../src/issues/render/assemble.ts';
import { cleanWords, cutAtWord } from '../../../src/issues/render/clean-words.ts';
import type { RevisionContent } from '../../../src/issues/render/revision-content.ts';
import { weekOne } from './sample-picks.ts';
import { sampleRevision, sampleValues } from './sample-revision.ts';

let revision: RevisionContent;
let all: number[];
beforeAll(async () => {
  revision = await sampleRevision(weekOne());
  all = revision.cards.map(({ position }) => position);
});

function escapeHtml(words: string): string {
  return words
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** The same mail the slow way: whole strings replaced, no pieces, no bytes. */
function expectMail(values: MailValues): Mail {
  const slots: Record<string, string> = {
    unsubscribe_url: values.unsubscribeUrl,
    archive_url: values.archiveUrl,
    first_name: cutAtWord(cleanWords(values.firstName ?? ''), firstNameLimit) || 'you',
  };
  const fill = (template: string, escape: (value: string) => string): string =>
    template.replaceAll(/⟦(\w+)⟧/g, (_, name: string) => escape(slots[name] ?? 'no such slot'));
  const { envelope, cards } = revision;
  return {
    from: envelope.from,
    to: [values.to],
    reply_to: 'desk@example.com',
    subject: envelope.subject,
    html: fill(revision.shellHtml.split('⟦cards⟧').join(cards.map(({ html }) => html).join('')), escapeHtml),
    text: fill(revision.shellText.split('⟦cards⟧').join(cards.map(({ text }) => text).join('')), (value) => value),
    headers: {
      ...envelope.headers,
      'List-Unsubscribe': `<${values.unsubscribeUrl.replaceAll(/\p{Cc}/gu, '')}>`,
    },
    tags: [
      { name: 'issue_id', value: values.issueId },
      { name: 'delivery_id', value: values.deliveryId },
    ],
  };
}

const nasty = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom(
      '"',
      '\\',
      '<',
      '>',
      '&',
      "'",
      '⟦',
      '⟧',
      '\uD800',
      '\uDC00',
      '\n',
      '\u0000',
      '\u2028',
      'é',
      '😀',
    ),
  }),
  fc.constantFrom(
    '</script>',
    '⟦unsubscribe_url⟧',
    '⟦first_name⟧',
    '⟦cards⟧',
    '\\u0022',
    '"},{"to":["x@example.com"]',
    'שלום',
    '\r\nBcc: x@example.com',
  ),
);

describe('one mail', () => {
  test('a mail parses to exactly the object it stands for, whatever the values hold', () => {
    const prepared = prepareVariant(revision, all);
    const anyValues = fc.record<MailValues>({
      to: nasty,
      unsubscribeUrl: nasty,
      archiveUrl: nasty,
      firstName: fc.option(nasty),
      issueId: nasty,
      deliveryId: nasty,
    });
    fc.assert(
      fc.property(anyValues, (values) => {
        const mail: unknown = JSON.parse(writeMail(prepared, values).toString());
        expect(mail).toEqual(expectMail(values));
      }),
      { numRuns: 300 },
    );
  });

  test('the bytes are those of JSON.stringify, key by key in the same order', () => {
    const values = sampleValues();
    const { headers, ...mail } = readMail(revision, all, values);
    const sorted = Object.fromEntries(Object.entries(headers).toSorted(([a], [b]) => (a < b ? -1 : 1)));
    const { tags, ...rest } = mail;
    expect(writeMail(prepareVariant(revision, all), values).toString()).toBe(
      JSON.stringify({ ...rest, headers: sorted, tags }),
    );
  });

  test('the same revision and values give the same bytes twice', () => {
    const [once, twice] = [1, 2].map(() => writeMail(prepareVariant(revision, all), sampleValues()));
    expect(once?.equals(twice ?? Buffer.alloc(0))).toBe(true);
  });

  test('headers that Postgres has put into another order give the same bytes', () => {
    const headers = Object.fromEntries(Object.entries(revision.envelope.headers).toReversed());
    const stored = { ...revision, envelope: { ...revision.envelope, headers } };
    const [as, was] = [stored, revision].map((from) => writeMail(prepareVariant(from, all), sampleValues()).toString());
    expect(as).toBe(was);
  });

  test('no slot and no mark is left over', () => {
    const mail = readMail(revision, all, sampleValues());
    expect(JSON.stringify(mail)).not.toMatch(/[⟦⟧]/);
  });

  test('a reader without a name is called you', () => {
    const { html, text } = readMail(revision, all, sampleValues({ firstName: null }));
    expect(html).toContain('<bdi>you</bdi>');
    expect(text).toContain('came to you');
  });

  test('a name with markup is text, a name as long as a page is cut at the limit', () => {
    const { html } = readMail(revision, all, sampleValues({ firstName: '<script>alert("x")</script>' }));
    expect(html).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;');
    expect(html).not.toContain('<script');
    const long = readMail(revision, all, sampleValues({ firstName: 'n'.repeat(firstNameLimit + 1) }));
    expect(long.text).toContain(`${'n'.repeat(firstNameLimit - 1)}…`);
    const just = readMail(revision, all, sampleValues({ firstName: 'n'.repeat(firstNameLimit) }));
    expect(just.text).toContain('n'.repeat(firstNameLimit));
  });

  test('a line break in a value never begins a header', () => {
    const unsubscribeUrl = 'https://mail.example.com/u\r\nBcc: x@example.com\u0000';
    const { headers } = readMail(revision, all, sampleValues({ unsubscribeUrl }));
    expect(headers['List-Unsubscribe']).toBe('<https://mail.example.com/uBcc: x@example.com>');
  });

  test('without a reply address the mail has no reply_to', () => {
    const plain = { ...revision, envelope: { ...revision.envelope, replyTo: null } };
    expect(readMail(plain, all, sampleValues())).not.toHaveProperty('reply_to');
  });
});

describe('a variant', () => {
  test('one challenger brings the part of the tool it shares along, once and before it', () => {
    const { text } = readMail(revision, [4, 2], sampleValues());
    const places = ['Axolotl v0.16\n===', 'Mistral 3 Small (24B)\n---', 'Llama 4 Compact (12B)\n---'].map((words) =>
      text.indexOf(words),
    );
    expect(places.every((place) => place > 0)).toBe(true);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(text.split('Axolotl v0.16\n===')).toHaveLength(2);
    expect(text).not.toContain('SmolLM3\n---');
  });

  test('a card that the revision does not have is refused by name', () => {
    expect(() => prepareVariant(revision, [99])).toThrow('no card at position 99');
  });

  test('a slot that nobody fills is refused by name', () => {
    const broken = { ...revision, shellHtml: `${revision.shellHtml}⟦vote_url⟧` };
    expect(() => prepareVariant(broken, all)).toThrow('“vote_url”');
  });

  test('a shell with no place for cards, or two, is refused', () => {
    expect(() => prepareVariant({ ...revision, shellText: 'no cards' }, all)).toThrow('one place for cards');
    expect(() => prepareVariant({ ...revision, shellText: '⟦cards⟧⟦cards⟧' }, all)).toThrow('this one has 2');
  });
});

describe('a batch', () => {
  test('its body is the array of its mails, in order', () => {
    const prepared = prepareVariant(revision, all);
    const mails = ['a@example.com', 'b@example.com', 'c@example.com'].map((to) => ({
      variant: prepared,
      values: sampleValues({ to }),
    }));
    const batch: Mail[] = JSON.parse(writeBatch(mails).toString());
    expect(batch.map(({ to }) => to)).toEqual([['a@example.com'], ['b@example.com'], ['c@example.com']]);
    expect(writeBatch([]).toString()).toBe('[]');
    expect(JSON.parse(writeBatch(mails.slice(0, 1)).toString())).toHaveLength(1);
  });
});
