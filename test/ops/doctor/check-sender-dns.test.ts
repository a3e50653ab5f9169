import { afterEach, expect, test } from 'vitest';
import { parseConfig } from '../../../src/config.ts';
import { checkSenderDns } from '../../../src/ops/doctor/check-sender-dns.ts';
import { startDnsServer, type TextRecords } from '../../support/dns-server.ts';

const whole: TextRecords = {
  'send.news.verdicts.test': ['v=spf1 include:amazonses.com ~all'],
  'resend._domainkey.news.verdicts.test': [`p=${'A'.repeat(392)}`],
  '_dmarc.verdicts.test': ['v=DMARC1; p=none; rua=mailto:reports@example.com'],
};
let close: (() => void) | undefined;
afterEach(() => close?.());

/** The levels and sentences of SPF, DKIM and DMARC under these records. */
async function look(change: TextRecords, from = 'News <news@news.verdicts.test>', isSandbox = false) {
  const server = await startDnsServer({ ...whole, ...change });
  ({ close } = server);
  const config = { ...parseConfig({}), isSandbox, mailFrom: from };
  const found = await checkSenderDns({ config, resolver: server.resolver });
  return Object.fromEntries(found.map(({ check, level, sentence }) => [check, `${level}: ${sentence}`]));
}

test('a domain with all three records is well; DMARC counts from the domain above', async () => {
  expect(await look({})).toEqual({
    SPF: 'ok: send.news.verdicts.test names the provider.',
    DKIM: 'ok: resend._domainkey.news.verdicts.test has a key.',
    DMARC: 'ok: _dmarc.verdicts.test says p=none.',
  });
});

const none: TextRecords = Object.fromEntries(Object.keys(whole).map((name) => [name, []]));

test('records that are missing are told, and only an unsigned mail is a fault', async () => {
  const found = await look(none);
  expect(found.SPF).toMatch(/^warning: send.news.verdicts.test has no SPF record/);
  expect(found.DKIM).toMatch(/^fault: .*has no key/);
  expect(found.DMARC).toBe('warning: news.verdicts.test has no DMARC record.');
});

test.each([
  ['SPF', { 'send.news.verdicts.test': ['v=spf1 -all'] }, /^warning: .*does not name the provider/],
  ['SPF', { 'send.news.verdicts.test': ['v=spf1 a', 'v=spf1 mx'] }, /^fault: .*2 SPF records/],
  ['SPF', { 'send.news.verdicts.test': ['v=spf10 include:amazonses.com'] }, /^warning: .*has no SPF record/],
  ['SPF', { 'send.news.verdicts.test': null }, /^warning: DNS did not answer for send.news.verdicts.test \(ETIMEOUT\)/],
  ['DKIM', { 'resend._domainkey.news.verdicts.test': ['v=DKIM1; p='] }, /^fault: .*revoked/],
  ['DKIM', { 'resend._domainkey.news.verdicts.test': ['v=DKIM1; k=rsa; p=MIGf'] }, /^ok: /],
  ['DMARC', { '_dmarc.news.verdicts.test': ['v=DMARC1; p=reject'] }, /^ok: _dmarc.news.verdicts.test says p=reject/],
  ['DMARC', { '_dmarc.verdicts.test': ['v=DMARC1; p=none', 'v=DMARC1; p=reject'] }, /^fault: .*2 records/],
  ['DMARC', { '_dmarc.verdicts.test': ['v=DMARC1; rua=mailto:x@example.com'] }, /^warning: .*names no policy/],
] as const)('%s under %j', async (check, change, sentence) => {
  const records = Object.fromEntries(Object.entries(change).map(([name, texts]) => [name, texts && [...texts]]));
  expect((await look(records))[check]).toMatch(sentence);
});

test('samples and the sandbox are asked for nothing', async () => {
  for (const found of [await look(none, 'verdicts@example.com'), await look(none, 'a@news.verdicts.test', true)]) {
    expect(Object.values(found).map((line) => line.split(':')[0])).toEqual(['unrelated', 'unrelated', 'unrelated']);
  }
});
