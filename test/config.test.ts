import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { callOf, ignoredByDemo, listIgnoredByDemo, loadConfig, parseConfig } from '../src/config.ts';
import { ConfigFaults } from '../src/config-faults.ts';

/** Whole for real mail. */
const real = {
  DATABASE_URL: 'postgres://user:password@db:5432/verdicts',
  SECRET: 'a'.repeat(32),
  RESEND_API_KEY: 're_123',
  RESEND_WEBHOOK_SECRET: 'whsec_dGVzdA==',
  MAIL_FROM: 'Weekly Verdicts <verdicts@example.com>',
  POSTAL_ADDRESS: '1 Sample Street, Sampleton',
  PUBLIC_URL: 'https://mail.example.com',
};

function faultsOf(env: NodeJS.ProcessEnv): string[] {
  try {
    parseConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigFaults) return error.faults;
    throw error;
  }
}

describe('a hint names a command', () => {
  it('as the image says, else by the compiled file, else through npm', () => {
    expect(callOf('migrate', { call: 'docker compose run --rm worker', file: '/app/dist/src/cli.js' })).toBe(
      'docker compose run --rm worker migrate',
    );
    expect(callOf('issue list', { call: '', file: join(process.cwd(), 'dist/src/cli.js') })).toBe(
      'node dist/src/cli.js issue list',
    );
    expect(callOf('migrate', { call: '', file: 'src/cli.ts' })).toBe('npm run -s verdicts -- migrate');
  });

  it('as the image is called that is built', () => {
    const dockerfile = readFileSync(new URL('../Dockerfile', import.meta.url), 'utf8');
    expect(dockerfile).toContain(`ENV VERDICTS_CALL="docker compose run --rm worker"`);
  });
});

describe('a run mode', () => {
  it('with nothing configured is the embedded database and the sandbox', () => {
    expect(parseConfig({})).toMatchObject({
      databaseUrl: null,
      redisUrl: null,
      isSandbox: true,
      port: 3000,
      publicUrl: 'http://localhost:3000',
      isPublicUrlGiven: false,
      secrets: [],
      rateLimit: 10,
    });
  });

  it('with a database and a key sends real mail, queues in Postgres', () => {
    const config = parseConfig(real);
    expect(config).toMatchObject({ databaseUrl: real.DATABASE_URL, redisUrl: null, isSandbox: false });
    expect(config).toMatchObject({ resendApiKey: 're_123', resendBaseUrl: 'https://api.resend.com' });
  });

  it('with Redis too queues there', () => {
    expect(parseConfig({ ...real, REDIS_URL: 'redis://queue:6379' })).toMatchObject({
      redisUrl: 'redis://queue:6379',
      redisCa: null,
      redisPrefix: 'weekly-verdicts',
    });
  });

  it.each([
    [
      'REDIS_URL',
      ['rediss://me:p%40ss@queue:6380/15', 'redis://[::1]'],
      ['redis://', 'http://queue', 'redis://queue/jobs'],
    ],
    ['REDIS_PREFIX', ['a'.repeat(60), '{verdicts}-2'], ['a'.repeat(61), 'two words', 'a:b']],
  ])('takes a %s of the right form alone', (name, right, wrong) => {
    for (const value of right) expect(faultsOf({ ...real, [name]: value })).toEqual([]);
    for (const value of wrong)
      expect(faultsOf({ ...real, [name]: value })).toEqual([expect.stringMatching(`^${name} must be`)]);
  });

  it('takes a REDIS_CA that is a readable file of certificates alone', () => {
    const folder = mkdtempSync(join(tmpdir(), 'verdicts-config-'));
    const [certificate, other] = [join(folder, 'ca.pem'), join(folder, 'other.txt')];
    writeFileSync(certificate, '-----BEGIN CERTIFICATE-----\n');
    writeFileSync(other, 'nothing of the kind');
    expect(parseConfig({ ...real, REDIS_CA: certificate }).redisCa).toContain('BEGIN CERTIFICATE');
    for (const wrong of [other, folder, join(folder, 'missing')])
      expect(faultsOf({ ...real, REDIS_CA: wrong })).toEqual([expect.stringMatching(/^REDIS_CA must be/)]);
    rmSync(folder, { recursive: true });
  });

  it('with a database and MAIL=sandbox needs a secret and nothing else', () => {
    const { DATABASE_URL, SECRET } = real;
    expect(parseConfig({ DATABASE_URL, SECRET, MAIL: 'sandbox' }).isSandbox).toBe(true);
    expect(faultsOf({ DATABASE_URL, MAIL: 'sandbox' })).toEqual([expect.stringMatching(/^SECRET is missing/)]);
  });

  it('with a database but no key refuses and names the way to try things out', () => {
    const faults = faultsOf({ ...real, RESEND_API_KEY: undefined });
    expect(faults).toEqual([expect.stringMatching(/^RESEND_API_KEY is missing: .*MAIL=sandbox/)]);
  });

  it('with a key but no database refuses: real mail does not go out of a laptop by chance', () => {
    expect(faultsOf({ RESEND_API_KEY: 're_123' })).toEqual([expect.stringMatching(/^DATABASE_URL is missing/)]);
    expect(faultsOf({ MAIL: 'resend' })).toEqual([expect.stringMatching(/^DATABASE_URL is missing/)]);
    expect(faultsOf({ RESEND_API_KEY: 're_123', MAIL: 'sandbox' })).toEqual([]);
  });

  it('never carries a real key into the sandbox', () => {
    expect(parseConfig({ ...real, MAIL: 'sandbox' }).resendApiKey).toBe('re_sandbox');
  });
});

describe('faults', () => {
  it('are all named at once, wrong ones and missing ones, each once and with its mend', () => {
    const faults = faultsOf({
      DATABASE_URL: 'mysql://db',
      PORT: '0',
      NEWSLETTER_NAME: `<${'x'.repeat(61)}`,
      MAIL: 'post',
    });
    expect(faults).toEqual([
      'DATABASE_URL must be a Postgres address such as postgres://user:password@host:5432/name.',
      'PORT must be a port from 1 to 65535.',
      'MAIL must be "sandbox" or "resend".',
      'NEWSLETTER_NAME must be a name of up to 60 characters without quotes or angle brackets.',
      expect.stringMatching(/^SECRET is missing/),
      expect.stringMatching(/^RESEND_API_KEY is missing/),
      expect.stringMatching(/^RESEND_WEBHOOK_SECRET is missing/),
      expect.stringMatching(/^MAIL_FROM is missing/),
      expect.stringMatching(/^POSTAL_ADDRESS is missing/),
      expect.stringMatching(/^PUBLIC_URL is missing/),
    ]);
  });

  it('stand in the message, one a line', () => {
    expect(() => parseConfig({ PORT: 'x' })).toThrow('The configuration has a fault:\n- PORT must be a port');
    expect(() => parseConfig({ PORT: 'x', MAIL: 'x' })).toThrow(/has 2 faults:\n- PORT .*\n- MAIL /);
  });

  it.each([
    ['PORT', '65535', '65536'],
    ['SECRET', 'x'.repeat(32), 'x'.repeat(31)],
    ['SECRET', `${'x'.repeat(32)}, ${'y'.repeat(32)}`, `${'x'.repeat(32)},short`],
    ['PUBLIC_URL', 'https://mail.example.com/', 'https://mail.example.com/path'],
    ['MAIL_FROM', 'verdicts@example.com', 'verdicts'],
    ['MAIL_FROM', 'V <verdicts@example.com>', 'V <verdicts@example.com>\nBcc: x@example.com'],
    ['MAIL_REPLY_TO', 'us@example.com', 'us at example.com'],
    ['POSTAL_ADDRESS', 'x'.repeat(300), 'x'.repeat(301)],
    ['NEWSLETTER_NAME', 'x'.repeat(60), 'x'.repeat(61)],
    ['RESEND_API_KEY', 're_x', 'sk_x'],
    ['RESEND_BASE_URL', 'http://127.0.0.1:4000/api', 'api.resend.com'],
    ['RESEND_WEBHOOK_SECRET', 'whsec_dGVzdA==,whsec_b2xk', 'whsec_dGVzdA==,dGVzdA=='],
    ['RESEND_RATE_LIMIT', '0', '-1'],
    ['RESEND_RATE_LIMIT', '1000', '1001'],
    ['RESEND_TIMEOUT_MS', '200', '199'],
    ['SWEEP_EVERY_MS', '60000', '60001'],
    ['REDIS_URL', 'rediss://queue', 'http://queue'],
    ['LOG_LEVEL', 'silent', 'loud'],
  ])('%s may be %j, not %j', (name, good, bad) => {
    expect(faultsOf({ ...real, [name]: good })).toEqual([]);
    expect(faultsOf({ ...real, [name]: bad })).toEqual([expect.stringMatching(`^${name} must be `)]);
  });

  it.each(['', ' ', '\t'])('an empty variable counts as not given: %j', (empty) => {
    expect(parseConfig({ PORT: empty, RESEND_RATE_LIMIT: empty, MAIL: empty })).toMatchObject({
      port: 3000,
      rateLimit: 10,
    });
    expect(faultsOf({ ...real, RESEND_API_KEY: empty })).toHaveLength(1);
  });

  it('a list of nothing but commas counts as not given', () => {
    expect(faultsOf({ ...real, SECRET: ', ,' })).toEqual([expect.stringMatching(/^SECRET is missing/)]);
  });
});

describe('demo', () => {
  it('sets aside what would lead it to a real database or to real mail', () => {
    const config = parseConfig({ ...real, REDIS_URL: 'redis://queue' }, ignoredByDemo);
    expect(config).toMatchObject({ databaseUrl: null, redisUrl: null, isSandbox: true, resendApiKey: 're_sandbox' });
  });

  it('does not stumble over faults in what it sets aside', () => {
    expect(parseConfig({ DATABASE_URL: 'nonsense', RESEND_API_KEY: 'nonsense' }, ignoredByDemo).isSandbox).toBe(true);
  });

  it('names what it sets aside', () => {
    expect(listIgnoredByDemo({ ...real, MAIL: '' })).toEqual(['DATABASE_URL', 'RESEND_API_KEY', 'PUBLIC_URL']);
  });
});

describe('a .env file', () => {
  const before = process.cwd();
  const mailBefore = process.env.MAIL;
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'verdicts-env-'));
  });
  afterEach(() => {
    process.chdir(before);
    delete process.env.NEWSLETTER_NAME;
    delete process.env.PORT;
    if (mailBefore === undefined) delete process.env.MAIL;
    else process.env.MAIL = mailBefore;
    rmSync(folder, { recursive: true, force: true });
  });

  it('is read, and never overrides the environment', () => {
    writeFileSync(join(folder, '.env'), 'NEWSLETTER_NAME="From the file"\nPORT=4001\n');
    process.chdir(folder);
    process.env.PORT = '4002';
    expect(loadConfig(ignoredByDemo)).toMatchObject({ newsletterName: 'From the file', port: 4002 });
  });

  it('is not kept from counting by the mailbox that login shells keep under the name MAIL', () => {
    writeFileSync(join(folder, '.env'), 'MAIL=sandbox\n');
    process.chdir(folder);
    process.env.MAIL = '/var/mail/root';
    expect(listIgnoredByDemo()).not.toContain('MAIL');
    expect(loadConfig().isSandbox).toBe(true);
  });
});
