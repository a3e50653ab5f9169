import { domainOf } from '../../deliveries/check-provider.ts';
import { type Finding, fault, ok, unrelated, warning, wordsOf } from './finding.ts';
import type { Patient } from './patient.ts';

/** Resend signs with this selector and takes bounces at this name below the sender's domain. Source: Resend docs, managing domains. */
const dkimSelector = 'resend._domainkey';
const returnPathName = 'send';
const spfOfProvider = 'include:amazonses.com';
/** Domains where there is nothing to set: samples, and the provider's own. */
const foreignDomains = /(^|\.)(example\.(com|org|net)|resend\.dev|localhost)$/;

/** The records of the sender's domain that mailbox providers ask for: SPF, DKIM, DMARC. */
export async function checkSenderDns({ config, resolver }: Pick<Patient, 'config' | 'resolver'>): Promise<Finding[]> {
  const domain = domainOf(config.mailFrom);
  const reason = config.isSandbox
    ? 'The sandbox sends nothing out, so no record is asked for.'
    : foreignDomains.test(domain)
      ? `${domain} is not a domain of yours.`
      : undefined;
  if (reason !== undefined) return ['SPF', 'DKIM', 'DMARC'].map((check) => unrelated(check, reason));
  const lookUp = { domain, read: (name: string) => readTexts(resolver, name) };
  return Promise.all([checkSpf(lookUp), checkDkim(lookUp), checkDmarc(lookUp)]);
}

interface LookUp {
  domain: string;
  read: (name: string) => Promise<Texts>;
}

/** The text records of a name, or why nobody can say. */
type Texts = string[] | { unanswered: string };

async function readTexts(resolver: Patient['resolver'], name: string): Promise<Texts> {
  try {
    return (await resolver.resolveTxt(name)).map((parts) => parts.join(''));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : wordsOf(error);
    return code === 'ENOTFOUND' || code === 'ENODATA' ? [] : { unanswered: code };
  }
}

function sayUnanswered(check: string, name: string, { unanswered }: { unanswered: string }): Finding {
  return warning(check, `DNS did not answer for ${name} (${unanswered}).`, 'Try again; check this machine’s resolver.');
}

/** RFC 7208: one record, at the name that bounces go to. */
async function checkSpf({ domain, read }: LookUp): Promise<Finding> {
  const name = `${returnPathName}.${domain}`;
  const texts = await read(name);
  if (!Array.isArray(texts)) return sayUnanswered('SPF', name, texts);
  const records = texts.filter((text) => /^v=spf1( |$)/i.test(text));
  const mend = `Set the TXT record the provider shows for ${name}: v=spf1 ${spfOfProvider} ~all.`;
  if (records.length === 0) {
    const isCustom = 'It is right only where a return path of another name was chosen at the provider.';
    return warning('SPF', `${name} has no SPF record. ${isCustom}`, mend);
  }
  if (records.length > 1) return fault('SPF', `${name} has ${records.length} SPF records, which counts as none.`, mend);
  if (!records[0]?.includes(spfOfProvider))
    return warning('SPF', `The SPF record of ${name} does not name the provider.`, mend);
  return ok('SPF', `${name} names the provider.`);
}

/** RFC 6376: the public key; an empty one is revoked. */
async function checkDkim({ domain, read }: LookUp): Promise<Finding> {
  const name = `${dkimSelector}.${domain}`;
  const texts = await read(name);
  if (!Array.isArray(texts)) return sayUnanswered('DKIM', name, texts);
  const key = texts
    .map((text) => /(?:^|;)\s*p=([^;]*)/i.exec(text)?.[1]?.replaceAll(/\s/g, ''))
    .find((p) => p !== undefined);
  const mend = `Set the TXT record the provider shows for ${name}.`;
  if (key === undefined) return fault('DKIM', `${name} has no key, so no mail is signed for ${domain}.`, mend);
  if (key === '') return fault('DKIM', `The key at ${name} is empty, which means revoked.`, mend);
  return ok('DKIM', `${name} has a key.`);
}

/** RFC 7489: of the domain, or of one above it. */
async function checkDmarc({ domain, read }: LookUp): Promise<Finding> {
  const mend = `Set a TXT record at _dmarc.${domain}, at least v=DMARC1; p=none. Gmail, Yahoo and Microsoft ask bulk senders for one.`;
  for (let name = domain; name.includes('.'); name = name.slice(name.indexOf('.') + 1)) {
    const texts = await read(`_dmarc.${name}`);
    if (!Array.isArray(texts)) return sayUnanswered('DMARC', `_dmarc.${name}`, texts);
    const records = texts.filter((text) => /^v=DMARC1\s*(;|$)/i.test(text));
    if (records.length > 1)
      return fault('DMARC', `_dmarc.${name} has ${records.length} records, which counts as none.`, mend);
    const policy = /;\s*p=\s*(none|quarantine|reject)/i.exec(records[0] ?? '')?.[1];
    if (policy !== undefined) return ok('DMARC', `_dmarc.${name} says p=${policy.toLowerCase()}.`);
    if (records.length === 1) return warning('DMARC', `The record at _dmarc.${name} names no policy.`, mend);
  }
  return warning('DMARC', `${domain} has no DMARC record.`, mend);
}
