import { Webhook } from 'standardwebhooks';
import { createKeyRing } from '../../platform/token.ts';
import { createUnsubscribeToken, unsubscribeUrl } from '../../subscribers/unsubscribe-token.ts';
import { hashInstallation, readInstallationMark } from '../health.ts';
import { type Finding, fault, ok, unrelated, warning, wordsOf } from './finding.ts';
import { answerLimitMs, type Patient } from './patient.ts';

type Served = Pick<Patient, 'config' | 'clock' | 'database'>;

const reachable = 'PUBLIC_URL';

/** Whether PUBLIC_URL leads to this installation, and what is asked of it there works. */
export async function checkPages(patient: Served): Promise<Finding[]> {
  const { config } = patient;
  const mark = await readOwnMark(patient);
  if (mark === undefined) throw new Error('the database does not answer');
  const served = await readInstallationMark(config.publicUrl);
  if (served !== mark) return refuseServed(patient, served);
  return [sayReached(patient), await checkWebhook(patient), await checkUnsubscribe(patient)];
}

async function readOwnMark({ database }: Served): Promise<string | undefined> {
  const row = await database?.db.selectFrom('installation').select('pepper').executeTakeFirst();
  return row === undefined ? undefined : hashInstallation(row.pepper);
}

function refuseServed({ config }: Served, served: string | undefined): Finding[] {
  const { publicUrl, isPublicUrlGiven } = config;
  const rest = (sentence: string) => [unrelated('webhook', sentence), unrelated('unsubscribe link', sentence)];
  // Where no address is configured, the port may be anybody's.
  if (!isPublicUrlGiven) {
    const sentence = `Nothing of this installation is running at ${publicUrl}.`;
    return [unrelated(reachable, sentence), ...rest('Not looked at: the service is not running.')];
  }
  const sentence =
    served === undefined
      ? `${publicUrl}/healthz is not answered by this program, as seen from this machine.`
      : `${publicUrl} is served by another installation.`;
  const mend =
    served === undefined
      ? 'Start the service, and let what ends TLS hand requests on to PORT.'
      : 'Check PUBLIC_URL and DATABASE_URL: the pages must be served from this database.';
  return [fault(reachable, sentence, mend), ...rest(`Not looked at: ${publicUrl} does not lead here.`)];
}

function sayReached({ config }: Served): Finding {
  const { protocol, hostname } = new URL(config.publicUrl);
  const words = `${config.publicUrl} leads to this installation`;
  if (config.isSandbox) return ok(reachable, `${words}.`);
  if (/^(localhost|127\.|\[::1\])/.test(hostname))
    return fault(
      reachable,
      `${words}, from this machine alone.`,
      'Set an address that readers and the provider can reach.',
    );
  if (protocol !== 'https:')
    return warning(
      reachable,
      `${words}, without TLS.`,
      'Set an https address: mail clients may refuse to unsubscribe else.',
    );
  return ok(reachable, `${words}, as seen from this machine.`);
}

/** A signed request that is no event: what verifies it is asked, and nothing is stored. */
async function checkWebhook({ config, clock }: Served): Promise<Finding> {
  const check = 'webhook';
  const url = `${config.publicUrl}/webhooks/resend`;
  const [secret] = config.webhookSecrets;
  if (secret === undefined) return fault(check, 'There is no webhook secret.', 'Set RESEND_WEBHOOK_SECRET.');
  const body = 'doctor';
  const now = clock.now();
  const signature = new Webhook(secret).sign('doctor', now, body);
  const headers = {
    'svix-id': 'doctor',
    'svix-timestamp': String(Math.floor(now.getTime() / 1000)),
    'svix-signature': signature,
  };
  const status = await ask(url, { method: 'POST', headers, body });
  if (status === 400) return ok(check, `${url} answers and verifies with our secret.`);
  if (status === 401)
    return fault(
      check,
      `${url} does not verify with RESEND_WEBHOOK_SECRET.`,
      'The running service has another secret, or its clock is off: set the same and start it again.',
    );
  if (typeof status === 'number' && status >= 300 && status < 400)
    return fault(
      check,
      `${url} answers with a redirect, which the provider does not follow.`,
      'Hand requests on without redirecting.',
    );
  return fault(check, `${url} answers ${status}.`, 'See the log of the service, and what stands before it.');
}

const nobody = '00000000-0000-4000-8000-000000000000';

/** RFC 8058 forbids a redirect on the way to unsubscribe. The page is only shown: a token of nobody, and GET changes nothing. */
async function checkUnsubscribe({ config }: Served): Promise<Finding> {
  const check = 'unsubscribe link';
  const token = createUnsubscribeToken(createKeyRing(config.secrets), { subscriberId: nobody, deliveryId: nobody });
  const status = await ask(unsubscribeUrl(config.publicUrl, token), {});
  if (status === 200) return ok(check, 'A link as it stands in mails is answered 200, without a redirect.');
  if (status === 404)
    return fault(
      check,
      'A link signed with SECRET is unknown to the running service.',
      'The service has another SECRET: set the same and start it again.',
    );
  if (typeof status === 'number' && status >= 300 && status < 400)
    return fault(
      check,
      'A link is answered with a redirect, which RFC 8058 forbids.',
      'Hand /unsubscribe/ on without redirecting.',
    );
  return fault(check, `A link is answered ${status}.`, 'See the log of the service, and what stands before it.');
}

/** The status, or why there is none. */
async function ask(url: string, request: RequestInit): Promise<number | string> {
  try {
    const signal = AbortSignal.timeout(answerLimitMs);
    const answer = await fetch(url, { ...request, redirect: 'manual', signal });
    await answer.body?.cancel();
    return answer.status;
  } catch (error) {
    return `nothing (${wordsOf(error)})`;
  }
}
