/** Least characters of a secret. */
export const secretLength = 32;

/** What each variable must look like, for the sentence that names a fault. */
export const forms: Record<string, string> = {
  DATABASE_URL: 'a Postgres address such as postgres://user:password@host:5432/name',
  REDIS_URL: 'a Redis address such as redis://:password@host:6379/0, or rediss:// with TLS',
  REDIS_CA: 'a readable file of certificates (PEM)',
  REDIS_PREFIX: 'up to 60 letters, digits and _ . - { }',
  PORT: 'a port from 1 to 65535',
  SECRET: `${secretLength} characters or more, or several such with commas between; \`openssl rand -hex 32\` makes one`,
  PUBLIC_URL: 'an origin without a path, such as https://mail.example.com',
  MAIL: '"sandbox" or "resend"',
  MAIL_FROM: 'a sender such as Weekly Verdicts <verdicts@example.com>',
  MAIL_REPLY_TO: 'one e-mail address',
  POSTAL_ADDRESS: 'the postal address of the sender, 5 to 300 characters',
  NEWSLETTER_NAME: 'a name of up to 60 characters without quotes or angle brackets',
  RESEND_API_KEY: 'a Resend key, which starts with re_',
  RESEND_BASE_URL: 'an http or https address',
  RESEND_WEBHOOK_SECRET: 'a webhook secret, which starts with whsec_, or several with commas between',
  RESEND_RATE_LIMIT: 'requests a second from 0 (unpaced) to 1000',
  RESEND_TIMEOUT_MS: 'milliseconds from 200 to 120000',
  SWEEP_EVERY_MS: 'milliseconds from 50 to 60000',
  IMPORT_ALLOW_HOSTS: 'hosts with their ports, such as intranet.example.com:8080, with commas between',
  LOG_LEVEL: 'trace, debug, info, warn, error, fatal or silent',
};

/** Every fault of the environment at once, each with its mend. */
export class ConfigFaults extends Error {
  readonly faults: string[];
  constructor(faults: string[]) {
    super(
      `The configuration has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n- ${faults.join('\n- ')}`,
    );
    this.faults = faults;
  }
}
