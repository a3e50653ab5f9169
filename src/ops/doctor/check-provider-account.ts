import { checkProvider, type ProviderCheck } from '../../deliveries/check-provider.ts';
import { type Finding, fault, ok, unrelated, warning, wordsOf } from './finding.ts';
import { answerLimitMs, type Patient } from './patient.ts';

/** What the provider says of the key and of the sender's domain. */
export async function checkProviderAccount({ config, mailer }: Patient): Promise<Finding[]> {
  if (config.isSandbox) {
    const sentence = 'Mail goes to the local sandbox, which takes every key and sender.';
    return [unrelated('provider key', sentence), unrelated('sender domain', sentence)];
  }
  const told = await checkProvider({ config, mailer });
  return [judgeKey(told), judgeDomain(told)];
}

function judgeKey({ keyState, keySentence }: ProviderCheck): Finding {
  const check = 'provider key';
  switch (keyState) {
    case 'good':
    case 'sending-only':
      return ok(check, keySentence);
    case 'refused':
      return fault(check, keySentence, 'Make a key at the provider and set RESEND_API_KEY.');
    case 'unknown':
      return fault(check, keySentence, 'Check RESEND_BASE_URL, and the way out of this machine.');
  }
}

function judgeDomain({ domainState, domainSentence }: ProviderCheck): Finding {
  const check = 'sender domain';
  const mend = 'Verify the domain at the provider, or change MAIL_FROM.';
  switch (domainState) {
    case 'verified':
      return ok(check, domainSentence);
    case 'partly':
      return warning(check, domainSentence, mend);
    case 'unverified':
    case 'missing':
      return fault(check, domainSentence, mend);
    case 'unknown':
      return warning(check, domainSentence, 'The provider’s page shows it; the records below are looked up here.');
  }
}

const clockCheck = 'provider clock';
const clockWarningMs = 30_000;
/** Signatures of webhooks that are further off are refused. */
const clockFaultMs = 240_000;

/** Our clock against the `Date` of the provider's answers, which count whole seconds. */
export async function checkProviderClock({ config, clock }: Patient): Promise<Finding> {
  if (config.isSandbox) return unrelated(clockCheck, 'The sandbox runs by the clock of this machine.');
  const askedAt = clock.now().getTime();
  const date = await readDate(config.resendBaseUrl).catch((error: unknown) => ({ words: wordsOf(error) }));
  const mend = 'Let this machine follow a time server (NTP).';
  if (typeof date === 'object') {
    return warning(clockCheck, `The provider's clock could not be read (${date.words}).`, 'Check RESEND_BASE_URL.');
  }
  const offMs = Math.abs(date - (askedAt + clock.now().getTime()) / 2);
  const words = `The clocks of this machine and of the provider are ${Math.round(offMs / 1000)} s apart.`;
  if (offMs > clockFaultMs) return fault(clockCheck, `${words} Webhooks are refused at 300 s.`, mend);
  return offMs > clockWarningMs ? warning(clockCheck, words, mend) : ok(clockCheck, words);
}

/** Any answer has the header: none is asked for with the key. */
async function readDate(baseUrl: string): Promise<number | { words: string }> {
  const answer = await fetch(baseUrl, { redirect: 'manual', signal: AbortSignal.timeout(answerLimitMs) });
  await answer.body?.cancel();
  const at = Date.parse(answer.headers.get('date') ?? '');
  return Number.isNaN(at) ? { words: 'its answer has no Date' } : at;
}
